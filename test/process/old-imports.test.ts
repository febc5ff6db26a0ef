import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, type Ran } from "#support/commands/program.ts";
import { openTenant, type OpenTenant } from "../../src/lib/tenant/index.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { wrongKeys } from "#support/tenant/keys.ts";
import { hashesOf } from "#support/tenant/audit.ts";
import {
  asThen,
  difference,
  differencesThen,
  EXPORTS,
  IMPORTS,
  tablesOf,
  timeless,
  type Places,
  type Story,
  type Tables,
  type Told,
  type ToldImport,
} from "#support/process/old-tenant.ts";

/** Made by scripts/old-imports.ts. */
const FIXTURE = fileURLToPath(new URL("fixtures/imports-b7d515d", import.meta.url));

const SCENES = readdirSync(FIXTURE).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? []);

/** Copies a folder of gzipped files as they were. */
function unpack(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [packed, path] = [join(from, entry.name), join(to, entry.name.replace(/\.gz$/, ""))];
    if (entry.isDirectory()) unpack(packed, path);
    else writeFileSync(path, gunzipSync(readFileSync(packed)));
  }
}

/** A copy of a tenant that the old program left, a moment later, and the program of today on it. */
class Reopened {
  readonly #folder = mkdtempSync(join(tmpdir(), "old-imports-"));
  readonly #scene: string;
  readonly #story: Story;
  readonly tenant: TestTenant;

  constructor(scene: string, story: Story) {
    this.#scene = scene;
    this.#story = story;
    copyFileSync(join(FIXTURE, "home", "contexts.json"), join(this.#folder, "contexts.json"));
    // a checkout has the umask's modes
    chmodSync(join(this.#folder, "contexts.json"), 0o600);
    const tenantFolder = join(this.#folder, "tenants", scene);
    unpack(join(FIXTURE, "home", "tenants", scene), tenantFolder);
    this.tenant = new TestTenant(tenantFolder, Date.parse(story.madeAt));
    onTestFinished(async () => {
      await this.tenant.close();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** What the tables must be as long as nothing is changed. */
  get opened(): Tables {
    return onceOpened(this.#story.tables, this.#story.imports);
  }

  /** Opens a copy of the tenant that can only be read. */
  openForReading(): OpenTenant["fetch"] {
    const folder = join(this.#folder, "read");
    this.tenant.database.exec("pragma wal_checkpoint(truncate)");
    cpSync(this.tenant.folder, folder, { recursive: true, filter: (path) => !/-(?:wal|shm)$/.test(path) });
    // prevents a log next to the file, as on a read-only medium; permissions do not stop root
    mkdirSync(join(folder, "tenant.db-wal"));
    const { surroundings } = this.tenant;
    const { fetch, close } = openTenant({ folder, name: this.#scene, actor: "owner", surroundings });
    onTestFinished(close);
    return fetch;
  }

  async run(line: string, tenant = this.tenant.fetch): Promise<Ran> {
    const ran = await run(this.#asAskedNow(line), {
      home: this.#folder,
      folder: join(FIXTURE, "files", this.#scene),
      environment: { CLOMOCTL_CONTEXT: this.#scene },
      now: new Date(this.#story.madeAt),
      tenant,
    });
    return { ...ran, stdout: asThen(ran.stdout) };
  }

  /** @throws where the command ends with anything but 0 */
  async ask(line: string): Promise<string> {
    const { exit, stdout, stderr } = await this.run(line);
    if (exit !== 0) throw new Error(`${line} ended with ${exit}: ${stderr}`);
    return asThen(stdout);
  }

  /** {@link run}. @throws where it leaves keys that do not follow from their values */
  async runRight(line: string): Promise<Ran> {
    const ran = await this.run(line);
    const wrong = wrongKeys(this.tenant.database);
    if (wrong.length > 0) throw new Error(`${line} left ${wrong.join(", ")}`);
    return ran;
  }

  /** What went to the console is undone there too, unless that is refused; values that go with a field are counted. */
  #asAskedNow(line: string): string {
    const field = /^users fields remove (?<name>.*) --yes$/.exec(line)?.groups?.["name"];
    if (field !== undefined) return `users fields remove ${field} --confirm-deletions ${this.#valuesOf(field)}`;
    const went = line.startsWith("imports revert") && this.#wentToConsole(idOf(line));
    return went ? `${line} --mirror-only` : line;
  }

  #valuesOf(field: string): number {
    return this.tenant.database.count(
      "select count(*) from user u join custom_field f on f.name = :field and json_extract(u.custom, '$.\"' || f.pk || '\"') is not null",
      { field },
    );
  }

  #wentToConsole(id: string): boolean {
    return this.#story.imports.some((one) => one.id === id && /^(?:emit|verified)/.test(one.name));
  }

  async tables(): Promise<Tables> {
    const { columns, madeAt } = this.#story;
    return tablesOf(this.tenant.path, columns, await this.ask(IMPORTS), madeAt, PLACES);
  }

  /** Runs commands, and tells what was said and what became of the tenant. */
  async after({ title, lines }: Told): Promise<Told> {
    const { said, madeAt } = this.#story;
    const ran: Ran[] = [];
    for (const line of lines) ran.push(await this.runRight(line));
    const exports: [string, string][] = [];
    for (const line of EXPORTS) exports.push([line, await this.ask(line)]);
    return {
      title,
      lines,
      exits: ran.map(({ exit }) => exit),
      said: timeless(ran.map(({ stdout }) => asToldOf(lines, asThen(stdout))).join(""), madeAt),
      exports: Object.fromEntries(exports.filter(([line, text]) => text !== said[line])),
      rows: difference(this.opened, await this.tables()),
    };
  }

  /** The hashes of the audit's records, and what they must be: each of the one before and its own data. */
  audit(): { readonly hashes: readonly unknown[]; readonly chain: readonly string[] } {
    return hashesOf(this.tenant.database);
  }
}

/** Where today's program keeps what the old one had in columns and tables of its own. */
const PLACES: Places = {
  audit: {
    // files for the console, written and given up, had no record, nor had exports
    rows: "audit where action not in ('imports.emit', 'imports.discard') and action not like '%.export'",
    columns: {
      action: "case when action in ('imports.verify', 'imports.accept') then 'imports.commit' else action end",
      subject: "coalesce(record ->> 'subject', record -> 'objects' -> 0 ->> 'id')",
      detail: `case when record ->> 'version' is null then record -> 'detail' when action = 'imports.revert' then '{}'
        when action like 'imports.%' then json_remove(record -> 'detail', '$.number', '$.mode', '$.fileName', '$.fromConsole', '$.changes')
        else json_remove(record, '$.version', '$.seq', '$.at', '$.actor', '$.origin', '$.action', '$.objects',
          '$.before.users', '$.before.values') end`,
    },
  },
  org: { columns: { codeKey: "coalesce(codeKey, code)" } },
  secured_group: { columns: { nameKey: "coalesce(nameKey, name)" } },
  user_account: {
    rows: "user where accountName is not null",
    columns: { accountKey: "coalesce(accountKey, accountName)", user: "pk" },
  },
};

/** What was said of differences, by commands that verify. */
const asToldOf = (lines: readonly string[], said: string): string =>
  lines.some((line) => line.startsWith("imports verify")) ? differencesThen(said) : said;

/** Who had these addresses until an import was undone, and in which fields they differ: told as deleted and made anew then. */
const MET_BY_FORMER: ReadonlyMap<string, { readonly now: string; readonly changed: string }> = new Map([
  ["new.main@example.com", { now: "İpek.Straße@example.com", changed: '"emails","title"' }],
  ["third@example.com", { now: "Σοφια.Ёлка@example.com", changed: '"emails","title","upn"' }],
]);

const asMetNow = (said: string): string => {
  let told = said;
  for (const [former, { now, changed }] of MET_BY_FORMER) {
    const [made, gone] = [
      `{"key":"${former}","action":"create","changed":[]}`,
      `,\n  {"key":"${now}","action":"delete","changed":[]}`,
    ];
    if (!told.includes(made) || !told.includes(gone)) continue;
    told = told.replace(gone, "").replace(made, `{"key":"${former}","action":"update","changed":[${changed}]}`);
  }
  return told;
};

/** What a command told the audit then, and tells it now: of a removed field all there was, not only its name. */
const asToldNow = (then: Told, { custom_field: fields = [] }: Tables): Told => {
  const told = { ...then, said: asMetNow(asToldOf(then.lines, then.said)) };
  const { audit, ...rows } = told.rows;
  if (audit === undefined) return told;
  const come = audit.come.map((row) => {
    const { action, subject } = JSON.parse(row) as { action: string; subject: string };
    if (action !== "fields.remove") return row;
    const field = fields.map((one) => JSON.parse(one) as Record<string, string>).find(({ id }) => id === subject);
    const { id, name, createdAt } = field ?? {};
    return JSON.stringify({ action, subject, detail: JSON.stringify({ before: { id, name, createdAt } }) });
  });
  const removed = audit.come
    .map((row) => JSON.parse(row) as { action: string; subject: string })
    .flatMap(({ action, subject }) => (action === "fields.remove" ? fields.filter((one) => one.includes(subject)) : []))
    .map((one) => String((JSON.parse(one) as { pk: number }).pk));
  return { ...told, rows: { ...withoutFields(rows, removed), audit: { ...audit, come: come.toSorted() } } };
};

/** When passwords were set: what an undoing brings back claims none, as nobody knows them. */
const SECRETS = ["secrets", "accountPasswordSetAt"];

/** What an undoing did, but for passwords. */
const withoutSecrets = (told: Told): Told => {
  if (!/revert/.test(told.title)) return told;
  const bare = (row: string): string =>
    JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(row) as object).filter(([name]) => !SECRETS.includes(name))),
    );
  const rows = Object.entries(told.rows).flatMap(([table, { come, gone }]) => {
    const [after, before] = [come.map(bare), gone.map(bare)];
    const rest = {
      come: after.filter((row) => !before.includes(row)).toSorted(),
      gone: before.filter((row) => !after.includes(row)).toSorted(),
    };
    return rest.come.length + rest.gone.length === 0 ? [] : [[table, rest] as const];
  });
  return { ...told, rows: Object.fromEntries(rows) };
};

/** Users who get their former values had those of removed fields again then, by a number that no field has. */
const withoutFields = ({ user, ...rows }: Told["rows"], removed: readonly string[]): Told["rows"] => {
  if (user === undefined) return rows;
  const come = user.come.map((row) => {
    const record = JSON.parse(row) as Readonly<Record<string, unknown>>;
    const values = Object.entries(JSON.parse(String(record["custom"])) as Readonly<Record<string, string>>);
    const custom = JSON.stringify(Object.fromEntries(values.filter(([field]) => !removed.includes(field))));
    return JSON.stringify({ ...record, custom });
  });
  return { ...rows, user: { ...user, come: come.toSorted() } };
};

/** What the old program left open is discarded; what it staged can be compared no more. */
const GONE = "made by an older clomoctl; import the file again";

/** A tenant's rows once today's program has opened it: as the old one left them, without open imports. */
const onceOpened = ({ imports = [], ...tables }: Tables, left: readonly ToldImport[]): Tables => {
  const open = left.filter(({ state }) => OPEN.includes(state)).map(({ id }) => id);
  const isOpen = (row: string): boolean => open.some((id) => row.includes(id));
  return {
    ...tables,
    imports: imports.map((row) => (isOpen(row) ? row.replace(/"state":"[a-z]+"/, '"state":"discarded"') : row)),
  };
};

const OPEN = ["planned", "uploading"];

/** The collection that keeps the highest number of a table's records. */
const SERIES: Readonly<Record<string, string>> = { user: "users", org: "orgs", custom_field: "fields" };

/** The import that a command is about. */
const idOf = (line: string): string => /[0-9a-f-]{36}/.exec(line)?.[0] ?? "";

const storyOf = (scene: string): Story => JSON.parse(readFileSync(join(FIXTURE, `${scene}.json`), "utf8")) as Story;

const byTitle = (told: readonly Told[]) => told.map((one) => [one.title, one] as const);

describe.each(SCENES)("%s of another commit", (scene) => {
  const story = storyOf(scene);
  const reopened = (): Reopened => new Reopened(scene, story);

  test("has an import in each state", () => {
    expect(Object.fromEntries(story.imports.map(({ name, state }) => [name, state]))).toMatchObject({
      append: "committed",
      undoing: "committed",
      emitAppend: "awaiting-console",
      planAppend: "planned",
      planUndoing: "planned",
      begun: "uploading",
      killed: "uploading",
    });
  });

  test("says the same, and its keys are right", async () => {
    const home = reopened();
    expect(wrongKeys(home.tenant.database)).toEqual([]);
    const said: [string, string][] = [];
    for (const line of Object.keys(story.said)) said.push([line, await home.ask(line)]);
    expect(Object.fromEntries(said)).toEqual(story.said);
    expect(await home.tables()).toEqual(home.opened);
    expect(wrongKeys(home.tenant.database)).toEqual([]);
  });

  test("keeps what was before imports, whom they created, and the highest numbers", () => {
    const { tenant } = reopened();
    using before = new DatabaseSync(`${tenant.path}.before-2`);
    for (const { name, seq } of before.prepare("select name, seq from sqlite_sequence").all()) {
      const series = SERIES[String(name)] ?? String(name);
      expect(tenant.sql("select last from collection where name = :series", { series })).toEqual([{ last: seq }]);
    }
    const changes = before.prepare("select * from import_change").all();
    for (const { import: of, entity, target, action, before: was } of changes) {
      const from = action === "create" ? "import_created where target" : `${String(entity)}_was where pk`;
      const kept = tenant.sql(`select * from ${from} = :target and import = :of`, {
        of: Number(of),
        target: Number(target),
      });
      // the key is null by now where it is the code itself
      const { codeKey: _, ...record } = JSON.parse(String(was ?? "{}")) as Readonly<Record<string, unknown>>;
      const told = action === "create" ? { entity } : { action, ...record };
      expect(kept).toContainEqual(expect.objectContaining(told));
    }
    const kept = ["import_created", "user_was", "org_was", "secured_user_was", "device_was"];
    const counts = kept.map((table) => tenant.database.count(`select count(*) from ${table}`));
    expect(counts.reduce((sum, count) => sum + count)).toBe(changes.length);
    expect(changes.length).toBeGreaterThan(0);
  });

  test("keeps what is staged of imports that wait for the console, and nothing else", async () => {
    const home = reopened();
    await home.ask(IMPORTS);
    const waiting = story.imports.filter(({ state }) => state === "awaiting-console");
    expect(readdirSync(join(home.tenant.folder, "imports")).toSorted()).toEqual(
      waiting.map(({ id }) => `${id}.db`).toSorted(),
    );
  });

  test("says the same of imports that wait for the console where the tenant can only be read", async () => {
    const home = reopened();
    const reading = home.openForReading();
    const lines = Object.keys(story.said).filter((line) => line.startsWith("imports show"));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const { exit, stdout } = await home.run(line, reading);
      expect([exit, asThen(stdout)]).toEqual([0, story.said[line]]);
    }
  });

  test.each(byTitle(story.waiting.slice(0, 1)))(
    "%s: says that it cannot, where what was staged is lost",
    async (_, told) => {
      const home = reopened();
      const [line = ""] = told.lines;
      const staging = home.tenant.staging(idOf(line));
      rmSync(staging);
      const { exit, stderr } = await home.run(line);
      expect([exit, stderr]).toEqual([1, expect.stringContaining("the plan's file is damaged or missing")]);
    },
  );

  test.each(byTitle([...story.committed, ...story.waiting]))("%s: the same", async (_, told) => {
    const home = reopened();
    expect(withoutSecrets(await home.after(told))).toEqual(withoutSecrets(asToldNow(told, story.tables)));
    const { hashes, chain } = home.audit();
    expect(hashes).toEqual(chain);
  });

  test.each(byTitle(story.open))("%s, left open, is gone, and says so", async (_, { title, lines }) => {
    const home = reopened();
    for (const line of lines) {
      const { exit, stdout, stderr } = await home.run(line);
      expect([line, exit, stdout, stderr]).toEqual([line, 5, "", expect.stringContaining(GONE)]);
    }
    const untouched: Told = { title, lines: [], exits: [], said: "", exports: {}, rows: {} };
    expect(await home.after(untouched)).toEqual(untouched);
    const { hashes, chain } = home.audit();
    expect(hashes).toEqual(chain);
  });
});
