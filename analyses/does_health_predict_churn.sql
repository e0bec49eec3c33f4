-- By half-year: the share of red, amber and green customers that churned within 90 days, and how well the score ranks.
select
    wholes.period_name,
    wholes.case_count,
    red_cells.churn_rate as red_churn_rate,
    amber_cells.churn_rate as amber_churn_rate,
    green_cells.churn_rate as green_churn_rate,
    wholes.auc,
    wholes.auc_low,
    wholes.auc_high,
    wholes.probability_auc,
    wholes.churn_rate,
    wholes.expected_churn_rate,
    wholes.median_lead_days
from {{ ref('health_backtest') }} as wholes
left join {{ ref('health_backtest') }} as red_cells
    on wholes.period_name = red_cells.period_name and red_cells.split_value = 'red'
left join {{ ref('health_backtest') }} as amber_cells
    on wholes.period_name = amber_cells.period_name and amber_cells.split_value = 'amber'
left join {{ ref('health_backtest') }} as green_cells
    on wholes.period_name = green_cells.period_name and green_cells.split_value = 'green'
where wholes.split_name = 'all'
order by wholes.period_name asc
