-- What vendors beside billing call the things of the demonstration company. Read are the tables of company.sql.

-- The id of a thing where systems number theirs.
create macro number_of(id) as cast(hash(id) % 10000000000 as bigint);

create macro account_id_of(customer_id) as '001' || lpad(cast(number_of(customer_id) as varchar), 12, '0') || 'AAA';

create macro account_of(currency) as number_of('account ' || currency);

create macro country_name(country) as
    map {'US': 'United States', 'CA': 'Canada', 'GB': 'United Kingdom', 'IE': 'Ireland', 'DE': 'Deutschland', 'FR': 'France',
        'NL': 'Netherlands', 'ES': 'Spain'}[country];

create macro hubspot_source(channel) as
    map {'organic': 'ORGANIC_SEARCH', 'paid_search': 'PAID_SEARCH', 'referral': 'REFERRALS', 'partner': 'OTHER_CAMPAIGNS',
        'events': 'OFFLINE'}[channel];

create macro salesforce_source(channel) as
    map {'organic': 'Web', 'paid_search': 'Advertisement', 'referral': 'Employee Referral', 'partner': 'Partner',
        'events': 'Trade Show'}[channel];

-- What is advertised at one place alone is all there; at two, search is Google's.
create macro is_spent_at(vendor, channel) as
    (select count(*) from landings where name in ('google_ads', 'facebook_ads')) = 1
    or (channel = 'paid_search') = (vendor = 'google_ads');
