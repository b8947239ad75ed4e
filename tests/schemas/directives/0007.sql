SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.agency_replica (
    id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    short_name text NOT NULL,
    kind text NOT NULL,
    scope text NOT NULL,
    valid_from date,
    valid_to date,
    sort_key text NOT NULL,
    version integer NOT NULL
);

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.audit_entry (
    id bigint NOT NULL,
    event_id uuid NOT NULL,
    epoch integer NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL,
    action text NOT NULL,
    actor text NOT NULL,
    role text NOT NULL,
    membership_id uuid,
    agency_id uuid,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    request_id text
);

ALTER TABLE public.audit_entry ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.command_key (
    principal text NOT NULL,
    key text NOT NULL,
    method_path text NOT NULL,
    body_sha256 bytea NOT NULL,
    status integer NOT NULL,
    aggregate_id uuid,
    version integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.dead_event (
    consumer text NOT NULL,
    source text NOT NULL,
    epoch integer NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL,
    event jsonb NOT NULL,
    error text NOT NULL,
    attempts integer DEFAULT 1 NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    died_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_at timestamp with time zone,
    decided_by text,
    reason text,
    CONSTRAINT dead_event_state_check CHECK ((state = ANY (ARRAY['open'::text, 'redriven'::text, 'waived'::text])))
);

CREATE TABLE public.directive (
    id uuid NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    secrecy text NOT NULL,
    kind text NOT NULL,
    number text,
    notation text,
    issue_date date NOT NULL,
    urgency text NOT NULL,
    subject text NOT NULL,
    signer text,
    search text NOT NULL,
    issuing_agency_id uuid NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    released_at timestamp with time zone,
    identity text,
    another_document_reason text,
    CONSTRAINT directive_secrecy_check CHECK ((secrecy = 'NORMAL'::text)),
    CONSTRAINT directive_state_check CHECK ((state = ANY (ARRAY['DRAFT'::text, 'AWAITING_RELEASE'::text, 'RELEASED'::text])))
);

CREATE TABLE public.event_log (
    seq bigint NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    event_id uuid NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    payload jsonb NOT NULL,
    actor text NOT NULL,
    correlation_id text NOT NULL,
    causation_id text,
    traceparent text,
    occurred_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    tx_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT event_log_version_check CHECK ((version > 0))
);

ALTER TABLE public.event_log ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_log_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.feed_position (
    consumer text NOT NULL,
    source text NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    tx_id numeric DEFAULT 0 NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    heard_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

CREATE TABLE public.held_act (
    id uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version integer NOT NULL,
    kind text NOT NULL,
    command jsonb NOT NULL,
    person_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    role text NOT NULL,
    request_id text NOT NULL,
    acted_at timestamp with time zone NOT NULL,
    held_at timestamp with time zone DEFAULT now() NOT NULL,
    held_until timestamp with time zone NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    last_error text,
    void_because text
);

CREATE TABLE public.held_act_audit (
    id bigint NOT NULL,
    held_act_id uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version integer NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    because text,
    actor text NOT NULL,
    role text NOT NULL,
    membership_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    acted_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    request_id text NOT NULL,
    CONSTRAINT held_act_audit_outcome_check CHECK ((outcome = ANY (ARRAY['recalled'::text, 'void'::text])))
);

ALTER TABLE public.held_act_audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.held_act_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.held_notice (
    consumer text NOT NULL,
    source text NOT NULL,
    epoch integer NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL,
    event jsonb NOT NULL,
    held_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.inbox (
    consumer text NOT NULL,
    source text NOT NULL,
    epoch integer NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.instruction (
    id uuid NOT NULL,
    version integer NOT NULL,
    directive_id uuid NOT NULL,
    ordinal integer NOT NULL,
    content text NOT NULL,
    deliverable text,
    deadline_class text NOT NULL,
    deadline_wording text,
    due date,
    no_deadline_reason text,
    lead_group text,
    lead_agency_ids uuid[] NOT NULL,
    assignments jsonb NOT NULL,
    coordinating_agency_ids uuid[] NOT NULL,
    field text,
    reporting_agency_id uuid,
    composed_group jsonb,
    left_out_agency_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    CONSTRAINT instruction_check CHECK (((deadline_class = 'DATED'::text) = (due IS NOT NULL))),
    CONSTRAINT instruction_deadline_class_check CHECK ((deadline_class = ANY (ARRAY['DATED'::text, 'NONE'::text])))
);

CREATE TABLE public.membership_replica (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    role text NOT NULL,
    is_head boolean NOT NULL,
    valid_from date,
    valid_to date,
    version integer NOT NULL
);

CREATE TABLE public.outbox (
    seq bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    not_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

CREATE TABLE public.province_setting_replica (
    key text NOT NULL,
    version integer NOT NULL,
    valid_from date,
    value jsonb
);

CREATE TABLE public.sequence_position (
    consumer text NOT NULL,
    source text NOT NULL,
    epoch integer NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL
);

CREATE TABLE public.stream_meta (
    source text NOT NULL,
    epoch integer NOT NULL,
    system_id text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL
);

CREATE TABLE public.working_calendar_replica (
    year integer NOT NULL,
    version integer NOT NULL,
    valid_from date,
    days jsonb
);

ALTER TABLE ONLY public.agency_replica
    ADD CONSTRAINT agency_replica_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.command_key
    ADD CONSTRAINT command_key_pkey PRIMARY KEY (principal, key);

ALTER TABLE ONLY public.dead_event
    ADD CONSTRAINT dead_event_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.directive
    ADD CONSTRAINT directive_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_pkey PRIMARY KEY (epoch, aggregate_id, version);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_seq_key UNIQUE (seq);

ALTER TABLE ONLY public.feed_position
    ADD CONSTRAINT feed_position_pkey PRIMARY KEY (consumer, source);

ALTER TABLE ONLY public.held_act
    ADD CONSTRAINT held_act_aggregate_id_key UNIQUE (aggregate_id);

ALTER TABLE ONLY public.held_act_audit
    ADD CONSTRAINT held_act_audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.held_act
    ADD CONSTRAINT held_act_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.held_notice
    ADD CONSTRAINT held_notice_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.instruction
    ADD CONSTRAINT instruction_directive_id_ordinal_key UNIQUE (directive_id, ordinal);

ALTER TABLE ONLY public.instruction
    ADD CONSTRAINT instruction_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.membership_replica
    ADD CONSTRAINT membership_replica_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.province_setting_replica
    ADD CONSTRAINT province_setting_replica_pkey PRIMARY KEY (key, version);

ALTER TABLE ONLY public.sequence_position
    ADD CONSTRAINT sequence_position_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id);

ALTER TABLE ONLY public.stream_meta
    ADD CONSTRAINT stream_meta_pkey PRIMARY KEY (source, epoch);

ALTER TABLE ONLY public.working_calendar_replica
    ADD CONSTRAINT working_calendar_replica_pkey PRIMARY KEY (year, version);

CREATE INDEX agency_replica_kind ON public.agency_replica USING btree (kind);

CREATE INDEX audit_entry_aggregate ON public.audit_entry USING btree (aggregate_id, version);

CREATE INDEX directive_identity ON public.directive USING btree (issuing_agency_id, identity);

CREATE INDEX directive_newest ON public.directive USING btree (created_at DESC, id);

CREATE INDEX event_log_feed ON public.event_log USING btree (epoch, tx_id, seq);

CREATE INDEX held_act_next_try ON public.held_act USING btree (next_try_at) WHERE (void_because IS NULL);

CREATE INDEX instruction_coordinating ON public.instruction USING gin (coordinating_agency_ids);

CREATE INDEX instruction_lead ON public.instruction USING gin (lead_agency_ids);

CREATE INDEX instruction_reporting ON public.instruction USING btree (reporting_agency_id) WHERE (reporting_agency_id IS NOT NULL);

CREATE INDEX membership_replica_person ON public.membership_replica USING btree (person_id);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.held_act_audit FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

ALTER TABLE ONLY public.instruction
    ADD CONSTRAINT instruction_directive_id_fkey FOREIGN KEY (directive_id) REFERENCES public.directive(id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_seq_fkey FOREIGN KEY (seq) REFERENCES public.event_log(seq);
