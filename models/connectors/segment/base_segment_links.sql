-- Grain: one row per anonymous id and time in which it was one user.
{{ config(enabled='segment' in var('connectors') | string) }}
{{ identified_users('segment') }}
