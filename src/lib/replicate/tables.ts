/** Another version is refused: there is one more file for each step from a version to the next. */
export const TABLES_VERSION = 1;

/** Contents are sealed, and sealed texts cannot be compressed. */
export const TABLES = `
create schema clomoctl;
create table clomoctl.store (version int not null, made timestamptz not null default now(), seal bytea not null);
create table clomoctl.tenant (id text primary key, seq bigint not null, hash text not null, schema int not null);
create table clomoctl.entry (
  tenant text not null references clomoctl.tenant on delete cascade, seq bigint not null, schema int not null,
  before text not null, hash text not null, continues boolean not null, at timestamptz not null default now(),
  changes bytea not null, primary key (tenant, seq)
);
create table clomoctl.snapshot (
  tenant text not null references clomoctl.tenant on delete cascade, seq bigint not null, primary key (tenant, seq)
);
create table clomoctl.part (
  tenant text not null, snapshot bigint not null, n int not null, bytes bytea not null, primary key (tenant, snapshot, n),
  foreign key (tenant, snapshot) references clomoctl.snapshot on delete cascade
);
create table clomoctl.attempt (
  tenant text not null references clomoctl.tenant on delete cascade, attempt text not null, subject text not null,
  until timestamptz not null, primary key (tenant, subject, attempt)
);
alter table clomoctl.entry alter column changes set storage external;
alter table clomoctl.part alter column bytes set storage external`;
