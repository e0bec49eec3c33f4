-- An import file for Salesforce's Data Loader: one row per customer, upserted into Account by Customer_ID__c.
-- Names are quoted so that every engine keeps their capitals.
-- noqa: disable=RF06
select
    customers.customer_id as "Customer_ID__c",
    customers.customer_status as "Customer_Status__c",
    customers.health_status as "Health_Status__c",
    cast(round(segments.health_score, 0) as integer) as "Health_Score__c",
    customers.segment_name as "Segment__c",
    customers.account_owner as "Account_Owner_Name__c",
    segments.play as "Play__c",
    segments.reason_text as "Health_Reason__c",
    segments.due_date as "Play_Due__c",
    customers.priority_rank as "Priority_Rank__c",
    cast(round(customers.mrr_amount, 2) as decimal(18, 2)) as "MRR__c",
    cast(round(customers.ltv_amount, 2) as decimal(18, 2)) as "Lifetime_Value__c",
    cast(round(customers.expected_loss_amount, 2) as decimal(18, 2)) as "Expected_Loss__c",
    customers.next_renewal_date as "Renewal_Date__c",
    customers.as_of_date as "Customer_Value_As_Of__c"
from {{ ref('customers') }} as customers
left join {{ ref('customer_segments') }} as segments on customers.customer_id = segments.customer_id
order by customers.customer_id asc
