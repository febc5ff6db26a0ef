import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openBundleFiles } from "../../src/lib/handover/bundle/read.ts";
import { storageIn } from "#support/handover/bundles.ts";
import { fillAtRandom } from "#support/tenant/random-tenant.ts";
import { plantSecrets } from "#support/tenant/secret-columns.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { Canaries, newSecret, runWatched } from "#support/process/canary.ts";
import { freshHome, start } from "#support/process/program.ts";
import { TENANT } from "#support/process/tenant-state.ts";

/** Of a tenant that has a row of everything secret. */
const SEED = 4;
const KILLS = 4;

/** The files of a home that may hold secrets, below it. */
const HOLDERS = ["sealing.key", "notify.yaml", "smtp-password", "hook-url", "hook-token"];

/** Files of the home, and variables, that notices are sent with, and by which keys and tokens are sealed. */
async function settingsWith(home: string, secret: (name: string) => string): Promise<Record<string, string>> {
  const lines = [
    `# ${secret("comment")}`,
    "smtp: {host: 127.0.0.1, port: 9, security: none, from: a@example.jp, user: it, password-file: smtp-password}",
    "recipients:",
    "  - {name: it, way: mail, address: it@example.jp}",
    "  - {name: room, way: webhook, url-file: hook-url, headers-file: hook-token}",
  ];
  const files = {
    "sealing.key": secret("sealing").padEnd(43, "A").slice(0, 43),
    "notify.yaml": lines.join("\n"),
    "smtp-password": secret("smtp"),
    "hook-url": `https://hook.example.jp/${secret("url")}`,
    "hook-token": secret("token"),
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(home, name), `${content}\n`, { mode: 0o600 });
  return {
    CHAT_URL: `https://hook.example.jp/${secret("chat")}`,
  };
}

/** A home with a tenant at the place where it keeps its own. @param secret makes what is planted in it; undefined: it is empty */
async function homeWith(secret?: (name: string) => string): Promise<string> {
  const home = await freshHome();
  const folder = join(home, TENANT);
  await mkdir(folder, { recursive: true });
  const tenant = new TestTenant(folder, Date.UTC(2026, 4, 1));
  if (secret === undefined) await tenant.client.tenant.show();
  else {
    await fillAtRandom(tenant, SEED);
    plantSecrets(tenant, secret);
  }
  await tenant.close();
  return home;
}

test("no secret is in a bundle, a report, the output or a temporary file, even after a kill", async () => {
  const secrets: string[] = [];
  const secret = (name: string): string => {
    const made = newSecret(name);
    secrets.push(made);
    return made;
  };
  const [home, other, folder] = [await homeWith(secret), await homeWith(), await freshHome()];
  // columns of accounts, codes, keys, certificates and tokens are among them
  expect(secrets.length).toBeGreaterThan(10);
  const env = await settingsWith(home, secret);
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  const canaries = new Canaries(secrets);
  const mayHold = (path: string): boolean => HOLDERS.includes(path) || path.startsWith(join(TENANT, "tenant.db"));
  const type = async (code: number, line: string, its = home): Promise<void> => {
    const ended = await runWatched(canaries, `handover ${line} --verbose`.split(" "), {
      home: its,
      cwd: folder,
      env: { ...env, TMPDIR: temporary, SQLITE_TMPDIR: temporary },
      // of the other one every file has to be without
      folders: [its, folder],
      mayHold: its === home ? mayHold : () => false,
      mayPass: () => false,
    });
    expect([line, ended.code, ended.stderr]).toEqual([line, code, ended.stderr]);
  };
  await type(0, "export -o folder");
  await type(0, "export -o one.zip");
  await type(0, "verify one.zip");
  await type(0, "report folder -o page.html");
  const sums = await readFile(join(folder, "folder", "SHA256SUMS"));
  const told = `--fingerprint ${createHash("sha256").update(sums).digest("hex")}`;
  await type(0, `receive folder --context minato --dry-run ${told}`, other);
  await type(0, `receive folder --context minato ${told}`, other);
  for (const name of ["folder", "one.zip"]) {
    await using found = await openBundleFiles(name, { workingFolder: folder, temporary: storageIn(folder) });
    for (const { path } of found.files)
      canaries.look(`${name}: ${path}`, Buffer.concat(await Array.fromAsync(found.read(path))));
  }
  for (const line of ["export -o killed.zip", "report one.zip -o killed.html"]) {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const running = start(`handover ${line}`.split(" "), { home, cwd: folder, env: { ...env, TMPDIR: temporary } });
      await Promise.race([sleep(150 + 150 * kill), running.ended]);
      running.process.kill("SIGKILL");
      const { stdout, stderr } = await running.ended;
      canaries.look(line, Buffer.concat([stdout, Buffer.from(stderr)]));
      canaries.lookBelow(home, mayHold);
      canaries.lookBelow(folder, () => false);
      await rm(join(folder, "killed.zip"), { force: true });
      await rm(join(folder, "killed.html"), { force: true });
    }
  }
  expect([...canaries.found]).toEqual([]);
}, 240_000);
