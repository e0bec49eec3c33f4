-- Grain: one row per user or account of which something is known.
{{ config(enabled='segment' in var('connectors') | string) }}
{{ traits_of_profiles('segment', var('segment_customer_id_property', 'stripe_customer_id')) }}
