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

CREATE TABLE public.notice (
    id uuid NOT NULL,
    number bigint NOT NULL,
    source text NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL,
    agency_id uuid,
    roles text[] NOT NULL,
    kind text NOT NULL,
    task_id uuid,
    task_code text,
    directive_label text,
    content text,
    detail jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    gathered_in uuid
);

ALTER TABLE public.notice ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.notice_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notice_read (
    person_id uuid NOT NULL,
    notice_id uuid NOT NULL,
    read_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.province_setting_replica (
    key text NOT NULL,
    version integer NOT NULL,
    valid_from date,
    value jsonb
);

CREATE TABLE public.read_through (
    person_id uuid NOT NULL,
    agency_id uuid,
    through timestamp with time zone NOT NULL
);

CREATE TABLE public.sequence_position (
    consumer text NOT NULL,
    source text NOT NULL,
    epoch integer NOT NULL,
    aggregate_id uuid NOT NULL,
    version integer NOT NULL
);

CREATE TABLE public.succession (
    ended_agency_id uuid NOT NULL,
    heir_id uuid NOT NULL,
    known_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.told_group (
    id uuid NOT NULL,
    code text NOT NULL
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

ALTER TABLE ONLY public.dead_event
    ADD CONSTRAINT dead_event_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.feed_position
    ADD CONSTRAINT feed_position_pkey PRIMARY KEY (consumer, source);

ALTER TABLE ONLY public.held_notice
    ADD CONSTRAINT held_notice_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.membership_replica
    ADD CONSTRAINT membership_replica_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_number_key UNIQUE (number);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notice_read
    ADD CONSTRAINT notice_read_pkey PRIMARY KEY (person_id, notice_id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_source_aggregate_id_version_agency_id_key UNIQUE NULLS NOT DISTINCT (source, aggregate_id, version, agency_id);

ALTER TABLE ONLY public.province_setting_replica
    ADD CONSTRAINT province_setting_replica_pkey PRIMARY KEY (key, version);

ALTER TABLE ONLY public.read_through
    ADD CONSTRAINT read_through_person_id_agency_id_key UNIQUE NULLS NOT DISTINCT (person_id, agency_id);

ALTER TABLE ONLY public.sequence_position
    ADD CONSTRAINT sequence_position_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id);

ALTER TABLE ONLY public.succession
    ADD CONSTRAINT succession_pkey PRIMARY KEY (ended_agency_id);

ALTER TABLE ONLY public.told_group
    ADD CONSTRAINT told_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.working_calendar_replica
    ADD CONSTRAINT working_calendar_replica_pkey PRIMARY KEY (year, version);

CREATE INDEX agency_replica_kind ON public.agency_replica USING btree (kind);

CREATE INDEX membership_replica_person ON public.membership_replica USING btree (person_id);

CREATE INDEX notice_gathered ON public.notice USING btree (gathered_in, number) WHERE (gathered_in IS NOT NULL);

CREATE INDEX notice_read_notice ON public.notice_read USING btree (notice_id);

CREATE INDEX notice_shown ON public.notice USING btree (agency_id, recorded_at DESC, number DESC) INCLUDE (id, kind, created_at) WHERE (gathered_in IS NULL);

CREATE INDEX notice_shown_by_kind ON public.notice USING btree (agency_id, kind, recorded_at DESC, number DESC) INCLUDE (id, created_at) WHERE (gathered_in IS NULL);

CREATE INDEX notice_task ON public.notice USING btree (task_id);

CREATE INDEX succession_heir ON public.succession USING btree (heir_id);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.notice FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

ALTER TABLE ONLY public.notice_read
    ADD CONSTRAINT notice_read_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES public.notice(id);
