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

CREATE TABLE public.awaited_instruction (
    id uuid NOT NULL,
    released_at timestamp with time zone NOT NULL
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

CREATE TABLE public.derivation (
    single boolean DEFAULT true NOT NULL,
    rules text NOT NULL,
    complete boolean NOT NULL,
    done_through uuid,
    CONSTRAINT derivation_single_check CHECK (single)
);

CREATE TABLE public.directive_fact (
    source text NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    known_on date NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    instruction_ids uuid[] NOT NULL
);

CREATE TABLE public.feed_position (
    consumer text NOT NULL,
    source text NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    tx_id numeric DEFAULT 0 NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    heard_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
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

CREATE TABLE public.sheet (
    day date NOT NULL
);

CREATE TABLE public.sheet_line (
    day date NOT NULL,
    margin text NOT NULL,
    in_province boolean NOT NULL,
    is_group boolean NOT NULL,
    lead_agency_id uuid,
    field text,
    assigned_year integer,
    bucket text,
    tasks integer NOT NULL,
    CONSTRAINT sheet_line_margin_check CHECK ((margin = ANY (ARRAY['agency'::text, 'field'::text, 'year'::text, 'all'::text]))),
    CONSTRAINT sheet_line_tasks_check CHECK ((tasks > 0))
);

CREATE TABLE public.stretch (
    task_id uuid NOT NULL,
    from_day date NOT NULL,
    until_day date,
    bucket text NOT NULL,
    in_province boolean NOT NULL,
    is_group boolean NOT NULL,
    lead_agency_id uuid,
    field text,
    assigned_on date NOT NULL,
    due date,
    completed_on date,
    days daterange GENERATED ALWAYS AS (daterange(from_day, until_day)) STORED NOT NULL,
    CONSTRAINT stretch_check CHECK ((until_day > from_day))
);

CREATE TABLE public.task_fact (
    source text NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    known_on date NOT NULL,
    is_group boolean NOT NULL,
    parent_id uuid,
    lead_agency_id uuid,
    state text NOT NULL,
    assigned_on date NOT NULL,
    due date,
    submitted_on date,
    completed_on date,
    occurred_at timestamp with time zone NOT NULL,
    type text NOT NULL,
    field text,
    reporting_agency_id uuid
);

CREATE TABLE public.task_now (
    source text NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    known_on date NOT NULL,
    is_group boolean NOT NULL,
    parent_id uuid,
    lead_agency_id uuid,
    state text NOT NULL,
    assigned_on date NOT NULL,
    due date,
    submitted_on date,
    completed_on date,
    code text NOT NULL,
    directive_id uuid NOT NULL,
    directive_label text NOT NULL,
    content text NOT NULL,
    coordinating_agency_ids uuid[] NOT NULL,
    field text,
    counts_from date,
    reporting_agency_id uuid
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

ALTER TABLE ONLY public.awaited_instruction
    ADD CONSTRAINT awaited_instruction_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.dead_event
    ADD CONSTRAINT dead_event_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.derivation
    ADD CONSTRAINT derivation_pkey PRIMARY KEY (single);

ALTER TABLE ONLY public.directive_fact
    ADD CONSTRAINT directive_fact_pkey PRIMARY KEY (source, id, version);

ALTER TABLE ONLY public.feed_position
    ADD CONSTRAINT feed_position_pkey PRIMARY KEY (consumer, source);

ALTER TABLE ONLY public.held_notice
    ADD CONSTRAINT held_notice_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.membership_replica
    ADD CONSTRAINT membership_replica_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.province_setting_replica
    ADD CONSTRAINT province_setting_replica_pkey PRIMARY KEY (key, version);

ALTER TABLE ONLY public.sequence_position
    ADD CONSTRAINT sequence_position_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id);

ALTER TABLE ONLY public.sheet
    ADD CONSTRAINT sheet_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.stretch
    ADD CONSTRAINT stretch_pkey PRIMARY KEY (task_id, from_day);

ALTER TABLE ONLY public.task_fact
    ADD CONSTRAINT task_fact_pkey PRIMARY KEY (source, id, version);

ALTER TABLE ONLY public.task_now
    ADD CONSTRAINT task_now_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.working_calendar_replica
    ADD CONSTRAINT working_calendar_replica_pkey PRIMARY KEY (year, version);

CREATE INDEX agency_replica_kind ON public.agency_replica USING btree (kind);

CREATE INDEX membership_replica_person ON public.membership_replica USING btree (person_id);

CREATE INDEX sheet_line_day ON public.sheet_line USING btree (day, margin);

CREATE INDEX stretch_begun ON public.stretch USING btree (from_day) INCLUDE (until_day, bucket, due, task_id, in_province, is_group, lead_agency_id, field, assigned_on);

CREATE INDEX stretch_ended ON public.stretch USING btree (until_day) INCLUDE (from_day, bucket, due, task_id, in_province, is_group, lead_agency_id, field, assigned_on) WHERE (until_day IS NOT NULL);

CREATE INDEX stretch_in_order ON public.stretch USING btree (bucket, due, task_id) INCLUDE (from_day, until_day, in_province, is_group, lead_agency_id);

CREATE INDEX stretch_of_agency ON public.stretch USING btree (lead_agency_id, bucket, due, task_id) INCLUDE (from_day, until_day, in_province);

CREATE INDEX stretch_of_group ON public.stretch USING btree (task_id, from_day) INCLUDE (until_day, bucket, due) WHERE is_group;

CREATE INDEX stretch_open ON public.stretch USING gist (days) INCLUDE (from_day, bucket, due, task_id, in_province, is_group, lead_agency_id) WHERE (bucket = ANY (ARRAY['open_in_time'::text, 'open_overdue'::text, 'open_undated'::text]));

CREATE INDEX task_now_coordinating ON public.task_now USING gin (coordinating_agency_ids) WITH (fastupdate=off);

CREATE INDEX task_now_counts_from ON public.task_now USING btree (counts_from) INCLUDE (parent_id, is_group);

CREATE INDEX task_now_lead ON public.task_now USING btree (lead_agency_id) INCLUDE (id, parent_id, counts_from);

CREATE INDEX task_now_parent ON public.task_now USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX task_now_unit ON public.task_now USING btree (COALESCE(parent_id, id), id);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.directive_fact FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.task_fact FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

ALTER TABLE ONLY public.sheet_line
    ADD CONSTRAINT sheet_line_day_fkey FOREIGN KEY (day) REFERENCES public.sheet(day) ON DELETE CASCADE;
