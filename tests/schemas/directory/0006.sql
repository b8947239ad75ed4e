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

CREATE TABLE public.agency (
    id uuid NOT NULL,
    version integer NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    short_name text NOT NULL,
    kind text NOT NULL,
    scope text NOT NULL,
    parent_id uuid,
    valid_from date,
    valid_to date,
    sort_key text NOT NULL
);

CREATE TABLE public.agency_alias (
    agency_id uuid NOT NULL,
    alias text NOT NULL,
    folded text NOT NULL,
    is_former boolean NOT NULL
);

CREATE TABLE public.agency_code (
    agency_id uuid NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    folded text NOT NULL
);

CREATE TABLE public.agency_former_parent (
    agency_id uuid NOT NULL,
    valid_to date NOT NULL,
    parent_id uuid NOT NULL
);

CREATE TABLE public.agency_successor (
    agency_id uuid NOT NULL,
    successor_id uuid NOT NULL
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

CREATE TABLE public.membership (
    id uuid NOT NULL,
    version integer NOT NULL,
    person_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    "position" text NOT NULL,
    role text NOT NULL,
    is_head boolean NOT NULL,
    valid_from date,
    valid_to date
);

CREATE TABLE public.outbox (
    seq bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    not_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

CREATE TABLE public.person (
    id uuid NOT NULL,
    username text NOT NULL,
    name text NOT NULL,
    is_demo boolean NOT NULL,
    officer_code text,
    folded text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.province_setting (
    id uuid NOT NULL,
    version integer NOT NULL,
    key text NOT NULL
);

CREATE TABLE public.province_setting_decision (
    setting_id uuid NOT NULL,
    version integer NOT NULL,
    valid_from date,
    value jsonb,
    reason text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamp with time zone NOT NULL
);

CREATE TABLE public.stream_meta (
    source text NOT NULL,
    epoch integer NOT NULL,
    system_id text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL
);

CREATE TABLE public.working_calendar (
    id uuid NOT NULL,
    version integer NOT NULL,
    year integer NOT NULL
);

CREATE TABLE public.working_calendar_decision (
    calendar_id uuid NOT NULL,
    version integer NOT NULL,
    valid_from date,
    days jsonb,
    reason text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.agency_alias
    ADD CONSTRAINT agency_alias_pkey PRIMARY KEY (agency_id, alias);

ALTER TABLE ONLY public.agency_code
    ADD CONSTRAINT agency_code_pkey PRIMARY KEY (agency_id, kind, code);

ALTER TABLE ONLY public.agency_former_parent
    ADD CONSTRAINT agency_former_parent_pkey PRIMARY KEY (agency_id, valid_to);

ALTER TABLE ONLY public.agency
    ADD CONSTRAINT agency_key_key UNIQUE (key);

ALTER TABLE ONLY public.agency
    ADD CONSTRAINT agency_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agency_successor
    ADD CONSTRAINT agency_successor_pkey PRIMARY KEY (agency_id, successor_id);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.command_key
    ADD CONSTRAINT command_key_pkey PRIMARY KEY (principal, key);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_pkey PRIMARY KEY (epoch, aggregate_id, version);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_seq_key UNIQUE (seq);

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_username_key UNIQUE (username);

ALTER TABLE ONLY public.province_setting_decision
    ADD CONSTRAINT province_setting_decision_pkey PRIMARY KEY (setting_id, version);

ALTER TABLE ONLY public.province_setting
    ADD CONSTRAINT province_setting_key_key UNIQUE (key);

ALTER TABLE ONLY public.province_setting
    ADD CONSTRAINT province_setting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.stream_meta
    ADD CONSTRAINT stream_meta_pkey PRIMARY KEY (source, epoch);

ALTER TABLE ONLY public.working_calendar_decision
    ADD CONSTRAINT working_calendar_decision_pkey PRIMARY KEY (calendar_id, version);

ALTER TABLE ONLY public.working_calendar
    ADD CONSTRAINT working_calendar_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.working_calendar
    ADD CONSTRAINT working_calendar_year_key UNIQUE (year);

CREATE INDEX agency_alias_folded ON public.agency_alias USING btree (folded text_pattern_ops);

CREATE INDEX agency_code_folded ON public.agency_code USING btree (folded);

CREATE INDEX agency_order ON public.agency USING btree (sort_key, id);

CREATE INDEX agency_successor_successor ON public.agency_successor USING btree (successor_id);

CREATE INDEX audit_entry_aggregate ON public.audit_entry USING btree (aggregate_id, version);

CREATE INDEX event_log_feed ON public.event_log USING btree (epoch, tx_id, seq);

CREATE INDEX event_log_membership ON public.event_log USING btree (((payload #>> '{state,agency_id}'::text[])), seq) WHERE (aggregate_type = 'membership'::text);

CREATE INDEX membership_administrator ON public.membership USING btree (id) WHERE (role = 'SYSTEM_ADMIN'::text);

CREATE INDEX membership_agency ON public.membership USING btree (agency_id);

CREATE INDEX membership_person ON public.membership USING btree (person_id);

CREATE INDEX membership_standing ON public.membership USING btree (agency_id, COALESCE(valid_to, 'infinity'::date), id);

CREATE UNIQUE INDEX person_officer_code ON public.person USING btree (officer_code);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.province_setting_decision FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.working_calendar_decision FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

ALTER TABLE ONLY public.agency_alias
    ADD CONSTRAINT agency_alias_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES public.agency(id);

ALTER TABLE ONLY public.agency_code
    ADD CONSTRAINT agency_code_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES public.agency(id);

ALTER TABLE ONLY public.agency_former_parent
    ADD CONSTRAINT agency_former_parent_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES public.agency(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agency_former_parent
    ADD CONSTRAINT agency_former_parent_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.agency(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agency_successor
    ADD CONSTRAINT agency_successor_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES public.agency(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.agency_successor
    ADD CONSTRAINT agency_successor_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES public.agency(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_agency_id_fkey FOREIGN KEY (agency_id) REFERENCES public.agency(id);

ALTER TABLE ONLY public.membership
    ADD CONSTRAINT membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_seq_fkey FOREIGN KEY (seq) REFERENCES public.event_log(seq);

ALTER TABLE ONLY public.province_setting_decision
    ADD CONSTRAINT province_setting_decision_setting_id_fkey FOREIGN KEY (setting_id) REFERENCES public.province_setting(id);

ALTER TABLE ONLY public.working_calendar_decision
    ADD CONSTRAINT working_calendar_decision_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES public.working_calendar(id);
