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

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.draft (
    person_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    form text NOT NULL,
    sealed bytea,
    finished text,
    kept_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.logout_token (
    id text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.session (
    id uuid NOT NULL,
    cookie_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    person_name text NOT NULL,
    memberships jsonb NOT NULL,
    membership_id uuid,
    tokens bytea NOT NULL,
    form_secret bytea DEFAULT (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) NOT NULL,
    began_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    refreshing_until timestamp with time zone,
    provider_session text,
    browser text,
    system text
);

CREATE TABLE public.signed_out (
    provider_session text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.draft
    ADD CONSTRAINT draft_pkey PRIMARY KEY (person_id, membership_id, form);

ALTER TABLE ONLY public.logout_token
    ADD CONSTRAINT logout_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_cookie_hash_key UNIQUE (cookie_hash);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.signed_out
    ADD CONSTRAINT signed_out_pkey PRIMARY KEY (provider_session);

CREATE INDEX session_person ON public.session USING btree (person_id);

CREATE INDEX session_seen ON public.session USING btree (seen_at);
