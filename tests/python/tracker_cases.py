"""What two companies tracked and asked, table by table, and what must come of it, worked out by hand from what vendors say.

Days are those of Berlin, two hours ahead of the instants below. Columns of cases: a text before `->` is why.
"""

import json

# Seeds of the companies: what accounts of trackers are in the billing system, and which events are which feature.
ALIASES = """source,source_id,customer_id
segment,g_acme,cus_acme
rudderstack,g_acme,cus_acme
posthog,g_acme,cus_acme
amplitude,g_acme,cus_acme
mixpanel,g_acme,cus_acme
ga4,g_acme,cus_acme
all,g_acme,cus_of_another_connector
all,globex.com,cus_globex
all,pat@freemail.com,cus_pat
"""
FEATURES = """source,event_name,feature
segment,dashboard_viewed,dashboard
rudderstack,dashboard_viewed,dashboard
all,dashboard_viewed,feature_of_another_connector
all,Dashboard Refreshed,dashboard
all,Internal Ping,
"""

LOG = """subscription_id,customer_id,changed_at,status,unit_amount,loaded_at
s1,cus_acme,2026-01-01,active,10,2026-01-01
"""

# The calls of Segment and RudderStack. The address of e14 is of somebody whom its user has invited. The anonymous id a1 is u1 from 05:30 on the first, and u2 from the tenth on.
TRACKS = """id,anonymous_id,user_id,event,event_text,context_group_id,timestamp,received_at,email
e1,a1,u1,report_created,Report Created,,2026-06-01T06:00:00Z,2026-06-01T06:00:05Z,
e2,a1,u1,report_created,Report Created,,2026-06-01T21:30:00Z,2026-06-01T21:30:05Z,
e3,a1,u1,report_created,Report Created,,2026-06-01T22:30:00Z,2026-06-01T22:30:05Z,
e2,a1,u1,report_created,Report Created,,2026-06-01T21:30:00Z,2026-06-03T08:00:00Z,
e4,a1,u1,report_created,Report Created,,2026-06-01T10:00:00Z,2026-06-20T05:00:00Z,
e5,a1,u1,page_viewed,Page Viewed,,2026-06-01T06:10:00Z,2026-06-01T06:10:05Z,
e6,a1,u1,dashboard_viewed,Dashboard Viewed,,2026-06-02T08:00:00Z,2026-06-02T08:00:05Z,
e7,a1,u1,dashboard_refreshed,Dashboard Refreshed,,2026-06-02T08:30:00Z,2026-06-02T08:30:05Z,
e8,a1,u1,internal_ping,Internal Ping,,2026-06-02T08:31:00Z,2026-06-02T08:31:05Z,
e9,a1,,export_started,Export Started,,2026-06-01T05:00:00Z,2026-06-01T05:00:05Z,
e10,a1,,export_started,Export Started,,2026-06-02T09:00:00Z,2026-06-02T09:00:05Z,
e11,a9,,export_started,Export Started,,2026-06-02T09:00:00Z,2026-06-02T09:00:05Z,
e12,a2,s1,report_created,Report Created,g_acme,2026-06-02T09:00:00Z,2026-06-02T09:00:05Z,
e13,a4,u4,report_created,Report Created,,2026-06-03T10:00:00Z,2026-06-03T10:00:05Z,
e14,a5,u5,report_created,Report Created,,2026-06-03T10:00:00Z,2026-06-03T10:00:05Z,x@globex.com
e15,a3,u3,report_created,Report Created,g_init,2026-06-03T10:00:00Z,2026-06-03T10:00:05Z,
e16,a6,u6,report_created,Report Created,cus_direct,2026-06-03T10:00:00Z,2026-06-03T10:00:05Z,
e17,a7,u2,report_created,Report Created,,2026-06-05T07:00:00Z,2026-06-05T07:00:05Z,
e18,a7,u2,report_created,Report Created,,2026-06-05T20:00:00Z,2026-06-05T10:00:00Z,
e19,a1,,export_started,Export Started,,2026-06-11T11:00:00Z,2026-06-11T11:00:05Z,
e20,a7,u2,report_created,Report Created,,2026-06-16T10:00:00Z,2026-06-16T10:00:05Z,
e21,a8,u7,report_created,Report Created,,2026-06-03T10:00:00Z,2026-06-03T10:00:05Z,
e22,a1,u1,report_created,Report Created,,,2026-06-07T10:00:00Z,
"""
IDENTIFIES = """id,anonymous_id,user_id,email,timestamp,received_at
i1,a1,u1,ann@acme.com,2026-06-01T05:30:00Z,2026-06-01T05:30:05Z
i2,a1,u1,,2026-06-02T05:30:00Z,2026-06-02T05:30:05Z
i3,a1,u2,bob@acme.com,2026-06-10T10:00:00Z,2026-06-10T10:00:05Z
"""
USERS = """id,email,received_at
u4,Cara@Globex.com,2026-06-01T00:00:00Z
u5,dan@nowhere.io,2026-06-01T00:00:00Z
u7,Pat@freemail.com,2026-06-01T00:00:00Z
s1,eve@Vendor.example,2026-06-01T00:00:00Z
"""
GROUPS = """id,user_id,group_id,stripe_customer_id,timestamp,received_at
c1,u1,g_acme,,2026-06-01T07:00:00Z,2026-06-01T07:00:05Z
c2,u2,g_acme,,2026-06-01T07:00:00Z,2026-06-01T07:00:05Z
c3,u2,g_acme,,2026-06-02T07:00:00Z,2026-06-02T07:00:05Z
c4,u2,cus_direct,,2026-06-15T10:00:00Z,2026-06-15T10:00:05Z
c5,u3,g_init,cus_initech,2026-06-01T07:00:00Z,2026-06-01T07:00:05Z
"""
CALLS = {"tracks": TRACKS, "identifies": IDENTIFIES, "users": USERS, "groups": GROUPS}
CALLS_USED = """why,customer_id,user_id,feature,occurred_at,quantity,loaded_at
an event before the user's first group; an id that came twice; the day of Berlin,cus_acme,u1,Report Created,2026-06-01T21:30:00,2,2026-06-01T21:30:05
more of the day came on the twentieth,cus_acme,u1,Report Created,2026-06-01T21:30:00,3,2026-06-20T05:00:00
half past midnight in Berlin,cus_acme,u1,Report Created,2026-06-01T22:30:00,1,2026-06-01T22:30:05
two events that are one feature; a name in either spelling; the connector's own row of the seed,cus_acme,u1,dashboard,2026-06-02T08:30:00,2,2026-06-02T08:30:05
an anonymous id after it was identified,cus_acme,u1,Export Started,2026-06-02T09:00:00,1,2026-06-02T09:00:05
the alias of a domain,cus_globex,u4,Report Created,2026-06-03T10:00:00,1,2026-06-03T10:00:05
no account and no alias; an event's property says nothing of its user,,u5,Report Created,2026-06-03T10:00:00,1,2026-06-03T10:00:05
the customer that the account's traits name,cus_initech,u3,Report Created,2026-06-03T10:00:00,1,2026-06-03T10:00:05
an account that is the customer,cus_direct,u6,Report Created,2026-06-03T10:00:00,1,2026-06-03T10:00:05
what is in order on a day with an event dated after its arrival,cus_acme,u2,Report Created,2026-06-05T07:00:00,1,2026-06-05T07:00:05
dated after its arrival,cus_acme,u2,Report Created,2026-06-05T20:00:00,1,2026-06-05T10:00:00
the anonymous id is another user by now,cus_acme,u2,Export Started,2026-06-11T11:00:00,1,2026-06-11T11:00:05
the user is in another account by now,cus_direct,u2,Report Created,2026-06-16T10:00:00,1,2026-06-16T10:00:05
the alias of an address,cus_pat,u7,Report Created,2026-06-03T10:00:00,1,2026-06-03T10:00:05
without a time: staging rejects it,cus_acme,u1,Report Created,,1,2026-06-07T10:00:00
"""

POSTHOG = [
    ("p1", "report_created", "u1", {"$groups": {"company": "g_acme"}}, "2026-06-01T06:00:00Z"),
    ("p1", "report_created", "u1", {"$groups": {"company": "g_acme"}}, "2026-06-01T06:00:00Z"),
    # Another id of the same person.
    ("p2", "report_created", "u1_mobile", {"$groups": {"company": "g_acme"}}, "2026-06-01T07:00:00Z"),
    ("p3", "$pageview", "u1", {"$groups": {"company": "g_acme"}}, "2026-06-01T07:10:00Z"),
    ("p4", "$autocapture", "u1", {"$groups": {"company": "g_acme"}}, "2026-06-01T07:20:00Z"),
    ("p5", "export_started", "anon_1", {"$groups": {"company": "g_acme"}, "$device_id": "anon_1"}, "2026-06-01T05:00:00Z"),
    ("p6", "$identify", "u1", {"$anon_distinct_id": "anon_1"}, "2026-06-01T05:30:00Z"),
    ("p7", "export_started", "anon_1", {"$groups": {"company": "g_acme"}, "$device_id": "anon_1"}, "2026-06-02T09:00:00Z"),
    ("p8", "report_created", "s1", {"$groups": {"company": "g_acme"}}, "2026-06-02T09:00:00Z"),
    ("p9", "report_created", "u4", {}, "2026-06-03T10:00:00Z"),
    ("p10", "report_created", "u6", {"stripe_customer_id": "cus_direct"}, "2026-06-03T10:00:00Z"),
    ("p11", "export_started", "anon_2", {"$is_identified": False}, "2026-06-03T10:00:00Z"),
    ("p12", "report_created", "u1", {"$group_0": "cus_direct"}, "2026-06-04T10:00:00Z"),
]  # fmt: skip
PERSONS = [
    ("u1", "person_old", {}, 1),
    ("u1", "person_1", {"email": "ann@acme.com"}, 2),
    ("u1_mobile", "person_1", {"email": "ann@acme.com"}, 1),
    ("anon_1", "person_1", {"email": "ann@acme.com"}, 1),
    ("u4", "person_4", {"stripe_customer_id": "cus_initech"}, 1),
    ("s1", "person_9", {"email": "eve@vendor.example"}, 1),
]
# p5 is anonymous and names an account, whose use it is.
POSTHOG_USED = """why,customer_id,user_id,feature,occurred_at,quantity,loaded_at
two ids of one person; an event that was loaded twice,cus_acme,person_1,report_created,2026-06-01T07:00:00,2,2026-06-01T07:00:05
before it was identified: the account's use by nobody known,cus_acme,,export_started,2026-06-01T05:00:00,1,2026-06-01T05:00:05
after it was identified,cus_acme,person_1,export_started,2026-06-02T09:00:00,1,2026-06-02T09:00:05
the customer that the person's properties name,cus_initech,person_4,report_created,2026-06-03T10:00:00,1,2026-06-03T10:00:05
the customer that the event names,cus_direct,u6,report_created,2026-06-03T10:00:00,1,2026-06-03T10:00:05
a group by its number,cus_direct,person_1,report_created,2026-06-04T10:00:00,1,2026-06-04T10:00:05
"""

AMPLITUDE = [
    {"uuid": "x1", "event_type": "export_started", "amplitude_id": 75, "event_time": "2026-06-01T05:00:00"},
    {"uuid": "x2", "event_type": "report_created", "amplitude_id": 75, "user_id": "u1", "groups": {"company": ["g_acme"]}, "event_time": "2026-06-01T06:00:00"},
    {"uuid": "x3", "event_type": "report_created", "amplitude_id": 75, "groups": {"company": "g_acme"}, "event_time": "2026-06-01T07:00:00"},
    {"uuid": "x4", "event_type": "session_start", "amplitude_id": 75, "user_id": "u1", "event_time": "2026-06-01T07:00:00"},
    {"uuid": "x5", "event_type": "[Amplitude] Page Viewed", "amplitude_id": 75, "user_id": "u1", "event_time": "2026-06-01T07:00:00"},
    {"uuid": "x6", "event_type": "report_created", "amplitude_id": 76, "user_id": "s1", "groups": {"company": "g_acme"}, "user_properties": {"email": "eve@vendor.example"}, "event_time": "2026-06-01T07:00:00"},
]  # fmt: skip
AMPLITUDE_USED = """why,customer_id,user_id,feature,occurred_at,quantity,loaded_at
Amplitude's id is a user from the first event on that names both; a group in a list or not,cus_acme,u1,report_created,2026-06-01T07:00:00,2,2026-06-01T07:00:05
"""
MIXPANEL = [
    {"insert_id": "m1", "name": "report_created", "distinct_id": "u1", "time": "2026-06-01T06:00:00", "properties": {"company_id": "g_acme"}},
    {"insert_id": "m1", "name": "report_created", "distinct_id": "u1", "time": "2026-06-01T06:00:00", "properties": {"company_id": "g_acme"}},
    {"insert_id": "m2", "name": "export_started", "distinct_id": "$device:d1", "time": "2026-06-01T05:00:00", "properties": {"$device_id": "d1"}},
    {"insert_id": "m3", "name": "$identify", "distinct_id": "u1", "time": "2026-06-01T05:30:00", "properties": {"$device_id": "d1", "$user_id": "u1"}},
    {"insert_id": "m4", "name": "export_started", "distinct_id": "$device:d1", "time": "2026-06-02T09:00:00", "properties": {"company_id": "g_acme"}},
]  # fmt: skip
MIXPANEL_USED = """why,customer_id,user_id,feature,occurred_at,quantity,loaded_at
an event that was loaded twice,cus_acme,u1,report_created,2026-06-01T06:00:00,1,2026-06-01T06:00:05
a device after it was identified,cus_acme,u1,export_started,2026-06-02T09:00:00,1,2026-06-02T09:00:05
"""
GA4 = [
    {"name": "report_created", "user_id": "u1", "user_pseudo_id": "d1", "timestamp": "2026-06-01T06:00:00", "bundle_sequence_id": 7, "is_intraday": True, "param_company": "g_acme"},
    {"name": "report_created", "user_id": "u1", "user_pseudo_id": "d1", "timestamp": "2026-06-01T06:00:00", "bundle_sequence_id": 7, "is_intraday": False, "param_company": "g_acme"},
    {"name": "scroll", "user_id": "u1", "user_pseudo_id": "d1", "timestamp": "2026-06-01T06:10:00", "bundle_sequence_id": 8, "is_intraday": False, "param_company": "g_acme"},
    {"name": "export_started", "user_pseudo_id": "d1", "timestamp": "2026-06-01T07:00:00", "bundle_sequence_id": 9, "is_intraday": False, "param_company": "g_acme"},
    {"name": "export_started", "user_pseudo_id": "d2", "timestamp": "2026-06-01T07:00:00", "bundle_sequence_id": 9, "is_intraday": False},
]  # fmt: skip
GA4_USED = """why,customer_id,user_id,feature,occurred_at,quantity,loaded_at
an event of the running day and of the whole one is the same,cus_acme,u1,report_created,2026-06-01T06:00:00,1,2026-06-01T06:00:05
a device after it was identified,cus_acme,u1,export_started,2026-06-01T07:00:00,1,2026-06-01T07:00:05
"""

# Answers: id, person, kind of survey, score, comment, properties of the person.
DELIGHTED = [
    ("r1", "d1", "nps", 9, "good", {"stripe_customer_id": "cus_acme", "user_id": "u1"}),
    ("r2", "d2", "csat", 5, None, {"stripe_customer_id": "cus_acme"}),
    ("r3", "d3", "nps", 0, None, {}),
    ("r4", "d4", "nps", 7, None, None),
    ("r5", "d1", "nps", 11, None, {"stripe_customer_id": "cus_acme", "user_id": "u1"}),
]
PEOPLE = [("d1", "ann@acme.com"), ("d3", "Cara@Globex.com"), ("d4", "dan@nowhere.io")]
DELIGHTED_ANSWERS = """why,response_id,customer_id,user_id,score,comment,responded_at
the customer and the user that the properties name,r1,cus_acme,u1,9,good,2026-06-05T10:00:00
a score of nothing is a score; the alias of a domain,r3,cus_globex,d3,0,,2026-06-05T10:00:00
nothing says whose it is,r4,,d4,7,,2026-06-05T10:00:00
no score of NPS: staging rejects it,r5,cus_acme,u1,11,,2026-06-05T10:00:00
"""
# Responses: id, hidden fields, answers by field.
TYPEFORM = [
    ("t1", {"stripe_customer_id": "cus_acme", "user_id": "u1"}, {"f1": 9, "f2": 3}),
    ("t2", {"email": "Cara@Globex.com"}, {"f1": 0}),
    ("t3", {"stripe_customer_id": "cus_acme"}, {"f2": 5}),
    ("t4", {}, {"f1": 8}),
]
TYPEFORM_ANSWERS = """why,response_id,customer_id,user_id,score,comment,responded_at
of two answers the one to the field that asks for NPS,t1,cus_acme,u1,9,,2026-06-05T10:00:00
the alias of a domain,t2,cus_globex,,0,,2026-06-05T10:00:00
nothing says whose it is,t4,,,8,,2026-06-05T10:00:00
"""
SURVEYS = """ID,Account,User,NPS,Answered at,Feedback
n1,cus_acme,u1,9,2026-06-05 10:00,good
,cus_acme,u2,3,2026-06-06 10:00,
,cus_acme,u2,3,2026-06-06 10:00,
n4,cus_globex,,ten,2026-06-06 10:00,
"""
SURVEY_ANSWERS = """why,response_id,customer_id,user_id,score,comment,responded_at
an answer,n1,cus_acme,u1,9,good,2026-06-05T10:00:00
without an id it is made of the row,cus_acme|u2|2026-06-06 10:00:00|3|1,cus_acme,u2,3,,2026-06-06T10:00:00
equal rows of one load are two,cus_acme|u2|2026-06-06 10:00:00|3|2,cus_acme,u2,3,,2026-06-06T10:00:00
no number: staging rejects it,n4,cus_globex,,,,2026-06-06T10:00:00
"""
ANSWERED_AT, LOADED_AT = "2026-06-05T10:00:00Z", "2026-06-06T00:00:00Z"


def later(text):
    """The instant five seconds after one that ends with full minutes."""
    return text.replace(":00Z", ":05Z") if text.endswith("Z") else text[:-2] + "05"


def lines(rows):
    """Rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_text(value):
    """A value as text of JSON, as exports to CSV have it."""
    return json.dumps(value) if isinstance(value, dict) else value
