-- Grain: one row per user or account of which something is known.
{{ config(enabled='rudderstack' in var('connectors') | string) }}
{{ traits_of_profiles('rudderstack', var('rudderstack_customer_id_property', 'stripe_customer_id')) }}
