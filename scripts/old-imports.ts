import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { Story } from "#support/process/old-tenant.ts";
import { DOCS_SCENE } from "./old-imports/docs.ts";
import { ORGS_SCENE } from "./old-imports/orgs.ts";
import { OldProgram } from "./old-imports/program.ts";
import type { Scene } from "./old-imports/scene.ts";
import { StoryWriter } from "./old-imports/story.ts";
import { SceneTenant } from "./old-imports/tenant.ts";
import { USER_SCENES } from "./old-imports/users.ts";

/**
 * Writes tenants with an import of each kind in each state, as another commit leaves them, and what that commit says of
 * them: a home whose tenants' files are gzipped, `SCENE.json` beside it, and the console's exports in `files/SCENE`.
 * Run once a commit whose imports must stay; the result is committed.
 *
 *     node scripts/old-imports.ts --root FOLDER test/fixtures/imports-COMMIT
 *
 * FOLDER is a built checkout of the commit. Everybody in the tenants is invented.
 */
const { values, positionals } = parseArgs({ options: { root: { type: "string" } }, allowPositionals: true });
const [target] = positionals;
if (values.root === undefined || target === undefined) throw new TypeError("usage: --root FOLDER TARGET");
const root = resolve(values.root);
const out = resolve(target);
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();

const SCENES: readonly Scene[] = [...USER_SCENES, ORGS_SCENE, DOCS_SCENE];

/** Makes a scene's tenant in `home`, and says what it holds and does. */
async function tell(scene: Scene, home: string, folder: string): Promise<Story> {
  mkdirSync(folder, { recursive: true });
  const program = new OldProgram({ root, home, tenant: scene.name, folder });
  const tenant = new SceneTenant(scene, program);
  const imports = await tenant.make();
  const writer = new StoryWriter({ commit, madeAt: new Date().toISOString(), scene, program, imports });
  return writer.story();
}

/** Copies a folder's files, gzipped. */
function pack(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) pack(source, copy);
    else writeFileSync(`${copy}.gz`, gzipSync(readFileSync(source), { level: 9 }));
  }
}

const work = mkdtempSync(join(tmpdir(), "old-imports-"));
try {
  const home = join(work, "home");
  mkdirSync(home, { mode: 0o700 });
  const stories: [string, Story][] = [];
  for (const scene of SCENES) {
    process.stderr.write(`${scene.name} …\n`);
    stories.push([scene.name, await tell(scene, home, join(work, "files", scene.name))]);
  }
  rmSync(out, { recursive: true, force: true });
  pack(join(home, "tenants"), join(out, "home", "tenants"));
  cpSync(join(home, "contexts.json"), join(out, "home", "contexts.json"));
  cpSync(join(work, "files"), join(out, "files"), { recursive: true });
  for (const [name, story] of stories) {
    writeFileSync(join(out, `${name}.json`), `${JSON.stringify(story, undefined, 2)}\n`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
