"""A page of Streamlit over the published marts: MRR, retention of one dimension, and the priority list.

`streamlit run deploy/streamlit/app.py -- data/published/customer_value.duckdb`. Each rerun opens the newest publication, read-only.
"""

import sys
from pathlib import Path

import duckdb
import streamlit as st

PUBLISHED = Path(sys.argv[1] if len(sys.argv) > 1 else "data/published/customer_value.duckdb")

st.set_page_config("Customer Value", layout="wide")
with duckdb.connect(str(PUBLISHED.resolve()), read_only=True) as marts:
    ((as_of, currency),) = marts.execute("select as_of_date, reporting_currency from main.publication").fetchall()
    st.title("Customer Value")
    st.caption(f"As of {as_of:%d %B %Y}. Amounts in {currency}.")

    months = marts.execute("from marts.mrr_monthly where not is_partial_month order by activity_month").df()
    if not months.empty:
        last, before = months.iloc[-1], months.iloc[-min(2, len(months))]
        mrr, nrr, churn = st.columns(3)
        mrr.metric(
            "MRR", f"{last.closing_mrr_amount:,.0f}", f"{last.closing_mrr_amount - before.closing_mrr_amount:,.0f}"
        )
        nrr.metric(
            "NRR, 12 months", "not known" if last.nrr_12m_rate != last.nrr_12m_rate else f"{last.nrr_12m_rate:.1%}"
        )
        churn.metric("Customers churned", int(last.churn_customer_count))
        st.bar_chart(months, x="activity_month", y="closing_mrr_amount", x_label="", y_label="MRR")

    names = [
        name
        for (name,) in marts.execute(
            "select distinct dimension_name from marts.mrr_by_dimension_monthly order by 1"
        ).fetchall()
    ]
    if names:
        name = st.selectbox("By", names, index=names.index("plan") if "plan" in names else 0)
        rows = marts.execute(
            "select activity_month, dimension_value, closing_mrr_amount, nrr_12m_rate from marts.mrr_by_dimension_monthly "
            "where dimension_name = ? and not is_partial_month order by all",
            [name],
        ).df()
        st.line_chart(
            rows, x="activity_month", y="closing_mrr_amount", color="dimension_value", x_label="", y_label="MRR"
        )

    st.subheader("Priority list")
    st.dataframe(
        marts.execute(
            "select priority_rank, customer_id, reason_text, play, due_date, expected_loss_amount "
            "from marts.customer_segments order by priority_rank limit 50"
        ).df(),
        hide_index=True,
    )
