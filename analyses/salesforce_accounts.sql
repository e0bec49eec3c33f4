-- An import file for Salesforce's Data Loader: one row per customer, upserted into Account by Customer_ID__c.
-- Names are quoted so that every engine keeps their capitals.
-- noqa: disable=RF06
select
    customer_id as "Customer_ID__c",
    customer_status as "Customer_Status__c",
    health_status as "Health_Status__c",
    cast(round(health_score, 0) as integer) as "Health_Score__c",
    segment_name as "Segment__c",
    account_owner as "Account_Owner_Name__c",
    play as "Play__c",
    reason_text as "Health_Reason__c",
    due_date as "Play_Due__c",
    priority_rank as "Priority_Rank__c",
    cast(round(mrr_amount, 2) as decimal(18, 2)) as "MRR__c",
    cast(round(ltv_amount, 2) as decimal(18, 2)) as "Lifetime_Value__c",
    cast(round(expected_loss_amount, 2) as decimal(18, 2)) as "Expected_Loss__c",
    next_renewal_date as "Renewal_Date__c",
    has_changed as "Has_Changed__c",
    as_of_date as "Customer_Value_As_Of__c"
from {{ ref('crm_accounts') }}
order by customer_id asc
