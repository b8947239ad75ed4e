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

CREATE TABLE public.assignment (
    task_id uuid NOT NULL,
    number integer NOT NULL,
    agency_id uuid NOT NULL,
    role text NOT NULL,
    due date,
    valid_from date NOT NULL,
    valid_to date,
    ended_because text,
    task_number bigint,
    task_due date,
    task_assigned_on date,
    task_is_group boolean,
    task_is_open boolean,
    CONSTRAINT assignment_check CHECK (((valid_to IS NULL) = (ended_because IS NULL))),
    CONSTRAINT assignment_coordinated_has_its_place CHECK (((NOT ((role = 'COORDINATING'::text) AND (valid_to IS NULL))) OR (task_number IS NOT NULL))),
    CONSTRAINT assignment_reported_has_its_place CHECK (((NOT ((role = 'REPORTING'::text) AND (valid_to IS NULL))) OR (task_number IS NOT NULL))),
    CONSTRAINT assignment_role_check CHECK ((role = ANY (ARRAY['LEAD'::text, 'COORDINATING'::text, 'REPORTING'::text])))
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

CREATE TABLE public.file (
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    agency_id uuid NOT NULL,
    sha256 text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    uploaded_by uuid NOT NULL,
    uploaded_at timestamp with time zone NOT NULL
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

CREATE TABLE public.overdue_put_aside (
    task_id uuid NOT NULL,
    due date NOT NULL,
    reason text NOT NULL,
    tries integer NOT NULL,
    next_try_at timestamp with time zone NOT NULL
);

CREATE TABLE public.overdue_told (
    task_id uuid NOT NULL,
    due date NOT NULL,
    told_at timestamp with time zone NOT NULL
);

CREATE TABLE public.progress_report (
    task_id uuid NOT NULL,
    version integer NOT NULL,
    percent integer NOT NULL,
    content text NOT NULL,
    difficulty text,
    proposal text,
    reported_by uuid NOT NULL,
    reported_at timestamp with time zone NOT NULL
);

CREATE TABLE public.province_setting_replica (
    key text NOT NULL,
    version integer NOT NULL,
    valid_from date,
    value jsonb
);

CREATE TABLE public.result (
    task_id uuid NOT NULL,
    number integer NOT NULL,
    report_number text NOT NULL,
    report_date date NOT NULL,
    summary text NOT NULL,
    file_id uuid,
    submitted_by uuid NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    decision text NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    return_reason text,
    quality text,
    comment text,
    CONSTRAINT result_decision_check CHECK ((decision = ANY (ARRAY['WAITING'::text, 'CONFIRMED'::text, 'RETURNED'::text])))
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

CREATE TABLE public.succession (
    ended_agency_id uuid NOT NULL,
    successor_ids uuid[] NOT NULL,
    heir_id uuid,
    effective_on date NOT NULL,
    legal_basis text NOT NULL,
    reorganisation_id uuid NOT NULL,
    passed_on integer DEFAULT 0 NOT NULL,
    CONSTRAINT succession_check CHECK (((heir_id IS NULL) = (cardinality(successor_ids) <> 1)))
);

CREATE TABLE public.task (
    id uuid NOT NULL,
    version integer NOT NULL,
    number bigint NOT NULL,
    directive_id uuid NOT NULL,
    directive jsonb NOT NULL,
    parent_id uuid,
    is_group boolean NOT NULL,
    ordinal integer NOT NULL,
    content text NOT NULL,
    deliverable text,
    deadline_class text NOT NULL,
    deadline_wording text,
    original_due date,
    due date,
    assigned_on date NOT NULL,
    assigned_at timestamp with time zone NOT NULL,
    lead_agency_id uuid,
    coordinating_agency_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    flags text[] NOT NULL,
    state text NOT NULL,
    percent integer NOT NULL,
    last_reported_at timestamp with time zone,
    last_report_version integer,
    submitted_at timestamp with time zone,
    submitted_on date,
    completed_on date,
    return_count integer NOT NULL,
    overdue_told_for date,
    search text DEFAULT ''::text NOT NULL,
    group_id uuid,
    field text,
    words tsvector DEFAULT ''::tsvector NOT NULL,
    group_name text,
    left_out integer DEFAULT 0 NOT NULL,
    CONSTRAINT task_check CHECK ((is_group = (lead_agency_id IS NULL))),
    CONSTRAINT task_check1 CHECK (((state = 'COMPLETED'::text) = (completed_on IS NOT NULL))),
    CONSTRAINT task_percent_check CHECK (((percent >= 0) AND (percent <= 100)))
);
ALTER TABLE ONLY public.task ALTER COLUMN words SET STATISTICS 1000;

CREATE SEQUENCE public.task_number
    START WITH 1001
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

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

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (task_id, number);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.command_key
    ADD CONSTRAINT command_key_pkey PRIMARY KEY (principal, key);

ALTER TABLE ONLY public.dead_event
    ADD CONSTRAINT dead_event_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id, version);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_pkey PRIMARY KEY (epoch, aggregate_id, version);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_seq_key UNIQUE (seq);

ALTER TABLE ONLY public.feed_position
    ADD CONSTRAINT feed_position_pkey PRIMARY KEY (consumer, source);

ALTER TABLE ONLY public.file
    ADD CONSTRAINT file_pkey PRIMARY KEY (id);

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

ALTER TABLE ONLY public.membership_replica
    ADD CONSTRAINT membership_replica_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.overdue_put_aside
    ADD CONSTRAINT overdue_put_aside_pkey PRIMARY KEY (task_id, due);

ALTER TABLE ONLY public.overdue_told
    ADD CONSTRAINT overdue_told_pkey PRIMARY KEY (task_id, due);

ALTER TABLE ONLY public.progress_report
    ADD CONSTRAINT progress_report_pkey PRIMARY KEY (task_id, version);

ALTER TABLE ONLY public.province_setting_replica
    ADD CONSTRAINT province_setting_replica_pkey PRIMARY KEY (key, version);

ALTER TABLE ONLY public.result
    ADD CONSTRAINT result_pkey PRIMARY KEY (task_id, number);

ALTER TABLE ONLY public.sequence_position
    ADD CONSTRAINT sequence_position_pkey PRIMARY KEY (consumer, source, epoch, aggregate_id);

ALTER TABLE ONLY public.stream_meta
    ADD CONSTRAINT stream_meta_pkey PRIMARY KEY (source, epoch);

ALTER TABLE ONLY public.succession
    ADD CONSTRAINT succession_pkey PRIMARY KEY (ended_agency_id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_number_key UNIQUE (number);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.working_calendar_replica
    ADD CONSTRAINT working_calendar_replica_pkey PRIMARY KEY (year, version);

CREATE INDEX agency_replica_kind ON public.agency_replica USING btree (kind);

CREATE INDEX assignment_coordinated_by_assigned_on ON public.assignment USING btree (agency_id, task_is_group, task_assigned_on, task_number) WHERE ((role = 'COORDINATING'::text) AND (valid_to IS NULL));

CREATE INDEX assignment_coordinated_by_due ON public.assignment USING btree (agency_id, task_is_group, ((task_due IS NULL)), task_due, task_number) WHERE ((role = 'COORDINATING'::text) AND (valid_to IS NULL));

CREATE INDEX assignment_coordinating ON public.assignment USING btree (agency_id, task_id) WHERE ((role = 'COORDINATING'::text) AND (valid_to IS NULL));

CREATE UNIQUE INDEX assignment_one_lead ON public.assignment USING btree (task_id) WHERE ((role = 'LEAD'::text) AND (valid_to IS NULL));

CREATE UNIQUE INDEX assignment_one_reporting ON public.assignment USING btree (task_id) WHERE ((role = 'REPORTING'::text) AND (valid_to IS NULL));

CREATE INDEX assignment_open_coordinated_by_due ON public.assignment USING btree (agency_id, task_is_group, ((task_due IS NULL)), task_due, task_number) WHERE ((role = 'COORDINATING'::text) AND (valid_to IS NULL) AND task_is_open);

CREATE INDEX assignment_reported_by_due ON public.assignment USING btree (agency_id, ((task_due IS NULL)), task_due, task_number) WHERE ((role = 'REPORTING'::text) AND (valid_to IS NULL));

CREATE INDEX audit_entry_aggregate ON public.audit_entry USING btree (aggregate_id, version);

CREATE INDEX event_log_feed ON public.event_log USING btree (epoch, tx_id, seq);

CREATE INDEX file_bytes ON public.file USING btree (sha256);

CREATE INDEX held_act_next_try ON public.held_act USING btree (next_try_at) WHERE (void_because IS NULL);

CREATE INDEX membership_replica_person ON public.membership_replica USING btree (person_id);

CREATE INDEX result_of_file ON public.result USING btree (file_id) WHERE (file_id IS NOT NULL);

CREATE INDEX succession_heir ON public.succession USING btree (heir_id);

CREATE INDEX succession_reorganisation ON public.succession USING btree (reorganisation_id);

CREATE INDEX task_awaiting_by_due ON public.task USING btree (((due IS NULL)), due, number) WHERE (state = 'AWAITING_CONFIRMATION'::text);

CREATE INDEX task_awaiting_by_submission ON public.task USING btree (submitted_at, number) WHERE (state = 'AWAITING_CONFIRMATION'::text);

CREATE INDEX task_by_assigned_on ON public.task USING btree (assigned_on, number);

CREATE INDEX task_by_due ON public.task USING btree (((due IS NULL)), due, number) WHERE (NOT is_group);

CREATE INDEX task_finished_part ON public.task USING btree (group_id, completed_on) WHERE (group_id IS NOT NULL);

CREATE INDEX task_group_by_assigned_on ON public.task USING btree (assigned_on, number) WHERE is_group;

CREATE INDEX task_group_by_due ON public.task USING btree (((due IS NULL)), due, number) WHERE is_group;

CREATE INDEX task_late_by_due ON public.task USING btree (((due IS NULL)), due, number) WHERE ((state = 'COMPLETED'::text) AND (completed_on > due));

CREATE INDEX task_of_directive_by_due ON public.task USING btree (directive_id, ((due IS NULL)), due, number);

CREATE INDEX task_of_field_by_due ON public.task USING btree (field, ((due IS NULL)), due, number) WHERE (field IS NOT NULL);

CREATE INDEX task_of_lead_by_assigned_on ON public.task USING btree (lead_agency_id, assigned_on, number);

CREATE INDEX task_of_lead_by_due ON public.task USING btree (lead_agency_id, ((due IS NULL)), due, number);

CREATE INDEX task_open_by_due ON public.task USING btree (((due IS NULL)), due, number) WHERE ((state <> 'COMPLETED'::text) AND (NOT is_group));

CREATE INDEX task_open_of_lead_by_due ON public.task USING btree (lead_agency_id, ((due IS NULL)), due, number) WHERE (state <> 'COMPLETED'::text);

CREATE INDEX task_open_part_standing ON public.task USING btree (group_id, due) INCLUDE (state, submitted_on) WHERE ((state <> 'COMPLETED'::text) AND (group_id IS NOT NULL));

CREATE INDEX task_open_standing ON public.task USING btree (lead_agency_id, due) INCLUDE (state, submitted_on, assigned_on, group_id) WHERE ((state <> 'COMPLETED'::text) AND (NOT is_group));

CREATE INDEX task_own_part ON public.task USING btree (lead_agency_id, group_id) WHERE (group_id IS NOT NULL);

CREATE INDEX task_part_by_due ON public.task USING btree (group_id, ((due IS NULL)), due, number) WHERE (group_id IS NOT NULL);

CREATE INDEX task_settled ON public.task USING btree (lead_agency_id, due, completed_on) INCLUDE (assigned_on, group_id) WHERE ((state = 'COMPLETED'::text) AND (NOT is_group));

CREATE INDEX task_settled_whole ON public.task USING btree (lead_agency_id, due, completed_on) INCLUDE (assigned_on) WHERE ((state = 'COMPLETED'::text) AND (NOT is_group) AND (group_id IS NULL));

CREATE INDEX task_whole_by_assigned_on ON public.task USING btree (assigned_on, number) WHERE (group_id IS NULL);

CREATE INDEX task_whole_by_due ON public.task USING btree (((due IS NULL)), due, number) WHERE (group_id IS NULL);

CREATE INDEX task_whole_words ON public.task USING gin (words) WITH (fastupdate=off) WHERE (group_id IS NULL);

CREATE INDEX task_words ON public.task USING gin (words) WITH (fastupdate=off);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.file FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.held_act_audit FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.progress_report FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.file
    ADD CONSTRAINT file_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_seq_fkey FOREIGN KEY (seq) REFERENCES public.event_log(seq);

ALTER TABLE ONLY public.overdue_put_aside
    ADD CONSTRAINT overdue_put_aside_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.overdue_told
    ADD CONSTRAINT overdue_told_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.progress_report
    ADD CONSTRAINT progress_report_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.result
    ADD CONSTRAINT result_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.file(id);

ALTER TABLE ONLY public.result
    ADD CONSTRAINT result_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.task(id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.task(id);
