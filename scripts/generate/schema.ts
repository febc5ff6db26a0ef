import { Database } from "../../src/lib/tenant/store/sqlite/database.ts";
import { migrate, STEPS } from "../../src/lib/tenant/store/sqlite/migrations.ts";

/** What all steps make: tables, the rows that every tenant has, then indexes and triggers. */
const schemaOf = (database: Database): readonly string[] => {
  const made = database.all(
    `select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite\\_%' escape '\\' order by rowid`,
  );
  const tables = made.filter(({ type }) => type === "table");
  const statement = ({ sql }: (typeof made)[number]): string => `${String(sql)};`;
  return [
    ...tables.map((table) => statement(table)),
    ...tables.flatMap(({ name }) => rowsOf(database, String(name))),
    ...made.filter(({ type }) => type !== "table").map((other) => statement(other)),
  ];
};

const rowsOf = (database: Database, table: string): readonly string[] => {
  const columns = database
    .all("select name from pragma_table_info(:table)", { table })
    .map(({ name }) => `"${String(name)}"`);
  const values = columns.map((column) => `quote(${column})`).join(" || ', ' || ");
  return database
    .all(`select ${values} as row from "${table}"`)
    .map(({ row }) => `insert into "${table}" (${columns.join(", ")}) values (${String(row)});`);
};

/** The source of `schema.ts`: the newest schema as all steps make it, one after the other. */
export const schemaSource = (): string => {
  const database = new Database(":memory:", { plain: true });
  try {
    migrate(database, { name: "", now: "" }, () => undefined, [...STEPS]);
    database.run("delete from tenant");
    return `// Written by npm run generate from the steps of migrations.ts: do not edit.

/** The number of steps that make {@link SCHEMA}. */
export const SCHEMA_VERSION = ${STEPS.length};

/** The newest schema and the rows that every tenant has: a new file takes them at once, and no step. */
export const SCHEMA = String.raw\`
${schemaOf(database).join("\n")}
\`;
`;
  } finally {
    database.close();
  }
};
