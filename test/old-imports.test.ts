import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
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
import { gunzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, type Ran } from "../src/commands/testing/program.ts";
import { TestTenant } from "../src/lib/tenant/testing/tenant.ts";
import { difference, EXPORTS, IMPORTS, tablesOf, timeless, type Story, type Tables, type Told } from "./old-tenant.ts";

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

  run(line: string): Promise<Ran> {
    return run(line, {
      home: this.#folder,
      folder: join(FIXTURE, "files", this.#scene),
      environment: { CLOMOCTL_CONTEXT: this.#scene },
      now: new Date(this.#story.madeAt),
      tenant: this.tenant.fetch,
    });
  }

  /** @throws where the command ends with anything but 0 */
  async ask(line: string): Promise<string> {
    const { exit, stdout, stderr } = await this.run(line);
    if (exit !== 0) throw new Error(`${line} ended with ${exit}: ${stderr}`);
    return stdout;
  }

  async tables(): Promise<Tables> {
    const { columns, madeAt } = this.#story;
    return tablesOf(this.tenant.path, columns, await this.ask(IMPORTS), madeAt);
  }

  /** Runs commands, and tells what was said and what became of the tenant. */
  async after({ title, lines }: Told): Promise<Told> {
    const { said, tables, madeAt } = this.#story;
    const ran: Ran[] = [];
    for (const line of lines) ran.push(await this.run(line));
    const exports: [string, string][] = [];
    for (const line of EXPORTS) exports.push([line, await this.ask(line)]);
    return {
      title,
      lines,
      exits: ran.map(({ exit }) => exit),
      said: timeless(ran.map(({ stdout }) => stdout).join(""), madeAt),
      exports: Object.fromEntries(exports.filter(([line, text]) => text !== said[line])),
      rows: difference(onceOpened(tables), await this.tables()),
    };
  }

  /** The hashes of the audit's records, and what they must be: each of the one before and its own data. */
  audit(): { readonly hashes: readonly unknown[]; readonly chain: readonly string[] } {
    const entries = this.tenant.sql("select * from audit order by seq");
    const chain: string[] = [];
    for (const { at, actor, action, subject, detail } of entries) {
      const body = JSON.stringify({ at, actor, action, subject, detail: JSON.parse(String(detail)) as unknown });
      chain.push(
        createHash("sha256")
          .update(`${chain.at(-1) ?? ""}\n${body}`)
          .digest("hex"),
      );
    }
    return { hashes: entries.map(({ hash }) => hash), chain };
  }
}

/** A tenant's rows once today's program has opened it: as the old one left them. */
const onceOpened = (tables: Tables): Tables => tables;

/** What today's program does with a plan or an upload that the old one left open: what the old one did. */
const leftOpen = (told: Told): Told => told;

/** The ETag of a plan to replace users covers more than it did: who owns devices. */
const isStale = (scene: string, { title }: Told): boolean => scene.startsWith("users") && title === "planReplace";

/** The import that a command is about. */
const idOf = ({ lines }: Told): string => /[0-9a-f-]{36}/.exec(lines[0] ?? "")?.[0] ?? "";

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

  test("says the same", async () => {
    const home = reopened();
    const said: [string, string][] = [];
    for (const line of Object.keys(story.said)) said.push([line, await home.ask(line)]);
    expect(Object.fromEntries(said)).toEqual(story.said);
    expect(await home.tables()).toEqual(onceOpened(story.tables));
  });

  test.each(byTitle([...story.committed, ...story.waiting]))("%s: the same", async (_, told) => {
    const home = reopened();
    expect(await home.after(told)).toEqual(told);
    const { hashes, chain } = home.audit();
    expect(hashes).toEqual(chain);
  });

  test.each(byTitle(story.open))("%s, left open", async (_, told) => {
    const home = reopened();
    if (isStale(scene, told)) await home.ask(`imports replan ${idOf(told)}`);
    expect(await home.after(told)).toEqual(leftOpen(told));
    const { hashes, chain } = home.audit();
    expect(hashes).toEqual(chain);
  });
});

test("a plan to replace users is to be compared again", async () => {
  const scene = "users-email";
  const story = storyOf(scene);
  const told = story.open.find((one) => isStale(scene, one));
  const home = new Reopened(scene, story);
  expect(await home.run(told?.lines.at(-1) ?? "")).toMatchObject({ exit: 5, stdout: "" });
  expect(await home.tables()).toEqual(onceOpened(story.tables));
});
