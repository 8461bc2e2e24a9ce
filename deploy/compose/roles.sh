#!/bin/sh
# Runs once, when the data directory is empty: the owner of the tables, the application, and the writer of the log.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username postgres \
    --set owner="$(cat /run/secrets/owner_password)" \
    --set app="$(cat /run/secrets/app_password)" \
    --set log="$(cat /run/secrets/log_password)" <<'SQL'
CREATE ROLE siteproof_owner LOGIN PASSWORD :'owner';
CREATE ROLE siteproof_app LOGIN PASSWORD :'app';
CREATE ROLE siteproof_log LOGIN PASSWORD :'log';
CREATE DATABASE siteproof OWNER siteproof_owner;
ALTER DATABASE siteproof SET random_page_cost = 1.1;
ALTER DATABASE siteproof SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE siteproof_app IN DATABASE siteproof SET lock_timeout = '5s';
ALTER ROLE siteproof_app IN DATABASE siteproof SET statement_timeout = '30s';
\connect siteproof
CREATE EXTENSION btree_gist;
SQL
