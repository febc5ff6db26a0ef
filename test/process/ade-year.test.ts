import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run, type Outcome } from "#support/cli/home.ts";
import { startSimulator } from "#support/process/simulator.ts";

/** Somebody who types commands, and keeps all that they said. */
class Desk {
  readonly home: string;
  /** files that are written and read, and the simulator's own */
  readonly folder: string;
  said = "";

  constructor(home: string, folder: string) {
    this.home = home;
    this.folder = folder;
  }

  async type(line: string, exit = 0): Promise<Outcome> {
    const outcome = await run([...line.split(" "), "--lang", "en", "--verbose"], { home: this.home, cwd: this.folder });
    this.said += outcome.text + outcome.stderr;
    if (outcome.code !== exit) throw new Error(`${line} ended with ${outcome.code}, not ${exit}: ${outcome.stderr}`);
    return outcome;
  }

  async json<T>(line: string, exit = 0): Promise<T> {
    return JSON.parse((await this.type(`${line} --format json`, exit)).text) as T;
  }
}

interface Sync {
  readonly kind: string;
  readonly created: number;
  readonly changed: number;
  readonly released: number;
  readonly registered: number;
}
interface Device {
  readonly serialNumber: string;
  readonly profileStatus: string;
}

/** All that the program keeps, but its own code, and the key by which secrets are sealed. */
async function kept(home: string): Promise<string> {
  const files = await readdir(home, { recursive: true, withFileTypes: true });
  const isCode = (folder: string): boolean => folder.startsWith(join(home, "cache"));
  const names = files.filter((file) => file.isFile() && file.name !== "sealing.key" && !isCode(file.parentPath));
  const texts = await Promise.all(names.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")));
  return texts.join("\n");
}

test("a year with ADE, a push certificate and VPP is rehearsed by commands without revealing a secret", async () => {
  const desk = new Desk(freshHome(), freshHome());
  const state = join(desk.folder, "SIMULATOR.json");
  const { url } = await startSimulator(desk.folder, "--devices", "2000", "--seed", "year", "--state", state);
  const at = `--url ${url}`;
  const token = async (file: string, exit = 0, options = ""): Promise<void> => {
    await desk.type("ade keypair create -o CLOMO_ADE_PublicKey.pem --overwrite");
    await desk.type(`ade simulator do token --public-key CLOMO_ADE_PublicKey.pem -o ${file} ${at}${options}`);
    await desk.type(`ade token set ${file}`, exit);
  };

  // the first day
  await desk.type(`ade endpoint set --simulator ${url}`);
  await token("SIMULATOR_Token_1.p7m");
  expect(await desk.json<Sync>("ade sync")).toMatchObject({ kind: "full", created: 2000, registered: 2000 });
  await desk.type("ade profiles create Office --url https://mdm.example.jp/enroll");
  await desk.type("ade profiles assign Office --unassigned");
  expect(await desk.json<Device[]>("ade devices list --not-ready")).toEqual([]);
  await desk.type("ade profiles auto-apply Office");

  // newly bought ones come by a delta, with their profile; what Apple does not tell, only a full one finds
  await desk.type(`ade simulator do devices add C02NEW000001 C02NEW000002 ${at}`);
  await desk.type(`ade simulator do devices add C02NEW000003 --silent ${at}`);
  expect(await desk.json<Sync>("ade sync")).toMatchObject({ kind: "delta", created: 2, registered: 2 });
  expect(await desk.json<Device>("ade devices show C02NEW000001")).toMatchObject({ profileStatus: "assigned" });
  await desk.type("ade devices show C02NEW000003", 6);
  expect(await desk.json<Sync>("ade sync --full")).toMatchObject({ kind: "full", created: 1, registered: 1 });

  // one is moved to another server, and back
  await desk.type(`ade simulator do devices assign C02NEW000002 --to-other Elsewhere ${at}`);
  expect(await desk.json<Sync>("ade sync")).toMatchObject({ kind: "delta", released: 1 });
  await desk.type(`ade simulator do devices assign C02NEW000002 ${at}`);
  expect(await desk.json<Sync>("ade sync")).toMatchObject({ created: 1, registered: 0 });

  // Apple's terms have changed
  await desk.type(`ade simulator do faults terms ${at}`);
  expect((await desk.type("ade sync", 4)).stderr).toContain("terms");
  await desk.type(`ade simulator do faults --clear ${at}`);
  await desk.type("ade sync");

  // handed to users by CSV
  await writeFile(join(desk.folder, "users.csv"), "氏名,メールアドレス\r\n山田 花子,hanako@example.jp\r\n");
  await desk.type("users import users.csv --yes");
  await writeFile(
    join(desk.folder, "devices.csv"),
    "シリアルナンバー,所有者メールアドレス\r\nC02NEW000001,hanako@example.jp\r\n",
  );
  await desk.type("devices import devices.csv --yes");
  const owned = await desk.json<{ serialNumber: string }[]>("devices list --owner hanako@example.jp");
  expect(owned.map(({ serialNumber }) => serialNumber)).toEqual(["C02NEW000001"]);

  // the push certificate, and tokens of two organisations
  const mail = "mdm@example.co.jp";
  await run(["push-cert", "csr", "--email", mail, "--name", "Hanako Yamada", "-o", "a.csr"], {
    home: desk.home,
    cwd: desk.folder,
  });
  await desk.type(`ade simulator do push-certificate --csr a.csr -o SIMULATOR_1.pem ${at}`);
  await desk.type(`push-cert upload SIMULATOR_1.pem --apple-account ${mail}`);
  await desk.type("orgs create Osaka --code O1");
  for (const [org, name] of [
    ["全社", "all"],
    ["O1", "osaka"],
  ]) {
    await desk.type(`ade simulator do vpp-token --org ${name} -o SIMULATOR_${name}.vpptoken ${at}`);
    await desk.type(`vpp tokens set SIMULATOR_${name}.vpptoken --org ${org}`);
  }
  await desk.type("vpp tokens verify");
  const items = await desk.json<{ kind: string }[]>("renewals list");
  expect(items.map(({ kind }) => kind).toSorted()).toEqual(["ade-token", "push-certificate", "vpp-token", "vpp-token"]);

  // eleven months later: a position that is too old, a token and a certificate to renew
  await desk.type(`ade simulator do advance 335d ${at}`);
  expect(await desk.json<Sync>("ade sync --delta")).toMatchObject({ kind: "full", created: 0, released: 0 });
  await token("SIMULATOR_Token_2.p7m");
  await desk.type("ade sync --full");
  await desk.type("push-cert csr -o b.csr --email mdm@example.co.jp --name Hanako --start-over", 3);
  await run(["push-cert", "csr", "--email", mail, "--name", "Hanako Yamada", "-o", "b.csr", "--start-over"], {
    home: desk.home,
    cwd: desk.folder,
  });
  await desk.type(`ade simulator do push-certificate --csr b.csr -o SIMULATOR_other.pem ${at}`);
  await desk.type(`push-cert upload SIMULATOR_other.pem --apple-account ${mail}`, 3);
  const { topic } = await desk.json<{ topic: string }>("push-cert status");
  await desk.type(`ade simulator do push-certificate --csr b.csr --renew ${topic} -o SIMULATOR_2.pem ${at}`);
  await desk.type(`push-cert upload SIMULATOR_2.pem --apple-account ${mail}`);
  expect(await desk.json<{ topic: string }>("push-cert status")).toMatchObject({ topic });

  // nothing that is secret was said, or is kept but sealed
  await desk.type("audit export");
  await desk.type("tenant show");
  const secretsIn = async (): Promise<readonly (string | undefined)[]> => {
    const { tokens } = JSON.parse(await readFile(state, "utf8")) as { tokens: { current: Record<string, string>[] } };
    return tokens.current.flatMap(({ consumerKey, consumerSecret, accessToken, accessSecret }) => [
      consumerKey,
      consumerSecret,
      accessToken,
      accessSecret,
    ]);
  };
  // the simulator saves its state now and then
  await expect.poll(async () => (await secretsIn()).length).toBeGreaterThanOrEqual(4);
  const secrets = await secretsIn();
  const all = desk.said + (await kept(desk.home));
  for (const secret of [...secrets, "PRIVATE KEY", "auth_session_token"]) {
    expect(all.includes(String(secret)), String(secret)).toBe(false);
  }
  expect((await stat(join(desk.home, "sealing.key"))).mode & 0o777).toBe(0o600);
});
