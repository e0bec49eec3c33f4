-- Grain: one row per user and time in which it belonged to one account.
{{ config(enabled='segment' in var('connectors') | string) }}
{{ grouped_users('segment') }}
