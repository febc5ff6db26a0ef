import { randomInt } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, run, start, type Running } from "#support/process/program.ts";
import { startListening } from "#support/process/simulator.ts";
import { TENANT } from "#support/process/tenant-state.ts";
import { openChatServer } from "#support/renewals/post-office.ts";

/** Backups, imports and kills; the full numbers are 20,60,20. */
const [BACKUPS = 0, IMPORTS = 0, KILLS = 0] = (process.env["CLOMOCTL_BACKUPS"] ?? "4,8,3").split(",").map(Number);

const PEOPLE = 400;
const EXPIRES = new Date(Date.now() + 12 * 86_400_000).toISOString().slice(0, 10);

type Tables = Readonly<Record<string, string>>;

/** Returns the rows of each table but `job`, whose runs are not restored, and without imports that are not committed. */
function readTables(path: string): Tables {
  using database = new DatabaseSync(path, { readOnly: true });
  const tables = database.prepare("select name from sqlite_schema where type = 'table' and name <> 'job'").all();
  return Object.fromEntries(
    tables.map(({ name }) => [
      String(name),
      JSON.stringify(
        database
          .prepare(`select * from "${String(name)}" ${name === "import" ? "where change > 0" : ""} order by 1`)
          .all(),
      ),
    ]),
  );
}

const readOne = (path: string, sql: string): unknown => {
  using database = new DatabaseSync(path, { readOnly: true });
  return Object.values(database.prepare(sql).get() ?? {})[0];
};

/** The served tenant of one home, and a signed-in client in another. */
async function openOffice() {
  const [home, away] = [await freshHome(), await freshHome()];
  for (const folder of [home, away])
    await writeFile(join(folder, "password.txt"), "Aa1-backup-password", { mode: 0o600 });
  const here = (line: string) => run(line.split(" "), { home, cwd: home });
  const there = (line: string) => run(line.split(" "), { home: away, cwd: away });
  await here(`renewals add push --kind push-certificate --expires ${EXPIRES}`);
  await here("serve init --account admin@example.jp --password-file password.txt");
  let server = await startListening(home, ["serve", "--listen", "127.0.0.1:0"]);
  await there(`context add office --url ${server.url} --use`);
  await there("login --account admin@example.jp --password-file password.txt");
  const kill = async ({ process, ended }: Running): Promise<void> => {
    process.kill("SIGKILL");
    await ended;
  };
  const killServer = async (): Promise<void> => {
    await kill(server.running);
    server = await startListening(home, ["serve", "--listen", new URL(server.url).host]);
  };
  const killBackup = async (): Promise<void> => {
    const running = start(BACKUP.split(" "), { home, cwd: home });
    await sleep(randomInt(MAX_DELAY_MS));
    await kill(running);
  };
  return { home, away, here, there, killServer, killBackup };
}

const BACKUP = "tenant backup -o out";

const MAX_DELAY_MS = 1000;

/** Imports the same people with another title each time, while backups are made and processes killed. */
async function importAndBackUp({ away, here, there, killServer, killBackup }: Awaited<ReturnType<typeof openOffice>>) {
  const imports: (number | null)[] = [];
  const backups: (number | null)[] = [];
  /** Spreads work over the imports. */
  const spread = async (times: number, work: (at: number) => Promise<unknown>): Promise<void> => {
    for (let at = 0; at < times; at += 1) {
      while (imports.length < IMPORTS && imports.length * times < at * IMPORTS) await sleep(10);
      await work(at);
    }
  };
  await Promise.all([
    spread(IMPORTS, async (at) => {
      await writePeople(join(away, "people.csv"), { to: PEOPLE, title: `t${at}` });
      imports.push((await there("users import people.csv --create-orgs --yes --quiet")).code);
    }),
    spread(BACKUPS, async () => backups.push((await here(BACKUP)).code)),
    spread(KILLS, async (at) => (at % 2 === 0 ? killBackup() : killServer())),
  ]);
  return { imports, backups };
}

const TITLES = "select count(distinct title) from user where accountName like 'account%'";

test("live backups during imports over a server and kills are whole, and come back equal and silent", async () => {
  const chat = await openChatServer();
  onTestFinished(() => chat.close());
  const office = await openOffice();
  const { imports, backups } = await importAndBackUp(office);
  expect(imports.filter((code) => code === 0).length).toBeGreaterThanOrEqual(IMPORTS - KILLS);
  expect(backups).toEqual(backups.map(() => 0));
  // the next command removes what killed ones left
  expect((await office.here(BACKUP)).code).toBe(0);
  const files = readdirSync(join(office.home, "out")).toSorted();
  const newest = files.at(-1);
  expect(files.length).toBeGreaterThan(BACKUPS);
  expect(files.filter((name) => !/^clomoctl-local-\d{8}T\d{9}Z\.db$/.test(name))).toEqual([]);
  const live = join(office.home, TENANT, "tenant.db");
  for (const name of files) {
    const file = join(office.home, "out", name);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // an import is in a backup as a whole, or not at all
    expect(readOne(file, TITLES)).toBeLessThanOrEqual(1);
    expect(readOne(live, `select count(*) from audit where hash = '${String(readOne(file, LAST_HASH))}'`)).toBe(1);
    const home = await freshHome();
    const restored = (line: string) => run(line.split(" "), { home, cwd: home });
    await writeFile(join(home, "chat-url"), chat.url, { mode: 0o600 });
    await writeFile(join(home, "notify.yaml"), "recipients: [{name: chat, way: webhook, url-file: chat-url}]");
    const before = readTables(file);
    const own = join(home, TENANT, "tenant.db");
    const added = await restored(`context add local --from ${file}`);
    expect([added.code, readOne(own, "select count(*) from job")], added.stderr).toEqual([0, 0]);
    expect(await restored("audit verify --changes")).toMatchObject({ code: 0 });
    await restored("status --notify");
    expect([readTables(own), chat.posted]).toEqual([before, []]);
    if (name !== newest) continue;
    expect(before).toEqual(readTables(live));
    await restored("context set local --notify on");
    await restored("status --notify");
    expect(chat.posted.length).toBeGreaterThan(0);
  }
});

const LAST_HASH = "select hash from audit order by seq desc limit 1";
