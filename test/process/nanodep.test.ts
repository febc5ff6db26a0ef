import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { freshHome, ROOT } from "#support/process/program.ts";
import { sendByFetch, startSimulator } from "#support/process/simulator.ts";
import { listenForTest } from "#support/listening.ts";

const call = promisify(execFile);

/** The version that was tried: a later one may need other flags. */
const MODULE = "github.com/micromdm/nanodep/cmd";
const VERSION = "v0.7.0";

/**
 * Where nanodep's programs are, made by Go if needed; else why there are none: the test's name says that nothing is
 * tried.
 */
async function installed(): Promise<{ readonly folder: string } | { readonly missing: string }> {
  const folder = process.env["CLOMOCTL_NANODEP"] ?? join(ROOT, "node_modules", ".cache", `nanodep-${VERSION}`);
  if (["depserver", "depsyncer"].every((name) => existsSync(join(folder, name)))) return { folder };
  const go = await call("go", ["version"]).catch(() => undefined);
  if (go === undefined) return { missing: "Go is missing here" };
  await mkdir(folder, { recursive: true });
  const programs = ["depserver", "depsyncer"].map((name) => `${MODULE}/${name}@${VERSION}`);
  const env = { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod" };
  return call("go", ["install", ...programs], { env, timeout: 150_000 }).then(
    () => ({ folder }),
    () => ({ missing: "Go's modules cannot be fetched here" }),
  );
}

const nanodep = await installed();

const freePort = async (): Promise<number> => {
  const server = createServer();
  const host = await listenForTest(server);
  server.close();
  return Number(host.split(":")[1]);
};

const KEY = "nanodep-api-key";
const AUTHORIZATION = `Basic ${Buffer.from(`depserver:${KEY}`).toString("base64")}`;

interface Device {
  readonly serial_number: string;
  readonly profile_uuid?: string;
  readonly op_type?: string;
}

/** What nanodep tells of its devices: each answer of the device service, as a webhook. */
async function webhook(): Promise<{ readonly url: string; readonly devices: Device[] }> {
  const devices: Device[] = [];
  const server = createHttpServer((request, response) => {
    void request.toArray().then((pieces) => {
      const told = JSON.parse(Buffer.concat(pieces as Buffer[]).toString("utf8")) as {
        readonly device_response_event?: { readonly device_response?: { readonly devices?: readonly Device[] } };
      };
      devices.push(...(told.device_response_event?.device_response?.devices ?? []));
      response.end();
    });
  });
  return { url: `http://${await listenForTest(server)}/`, devices };
}

test.each("missing" in nanodep ? [nanodep.missing] : [])("nanodep: %s, not tested", (missing) => {
  expect(missing).not.toBe("");
});

test.each("folder" in nanodep ? [nanodep.folder] : [])(
  "nanodep's depserver reads the simulator's token, and its depsyncer gets the simulator's devices",
  async (folder) => {
    const home = await freshHome();
    const url = await startSimulator("--devices", "2345");
    const port = await freePort();
    const storage = join(home, "dep");
    const server = spawn(
      join(folder, "depserver"),
      ["-api", KEY, "-listen", `127.0.0.1:${port}`, "-storage-dsn", storage],
      { stdio: "ignore" },
    );
    onTestFinished(() => void server.kill("SIGKILL"));
    const api = (method: "GET" | "PUT", path: string, body?: string) => {
      const url = `http://127.0.0.1:${port}/v1/${path}`;
      return sendByFetch({ method, url, headers: { authorization: AUTHORIZATION }, body });
    };
    await expect
      .poll(async () =>
        api("GET", "tokenpki/sim").then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
    // the public key that was made last is the one that the token must be for
    const { body: certificate } = await api("GET", "tokenpki/sim");
    const control = (path: string, body: unknown) =>
      sendByFetch({ method: "POST", url: `${url}/_simulator${path}`, headers: {}, body: JSON.stringify(body) });
    const { body: p7m } = await control("/tokens", { certificate });
    expect((await api("PUT", "tokenpki/sim", p7m)).status).toBe(200);
    expect((await api("PUT", "config/sim", JSON.stringify({ base_url: url }))).status).toBe(200);

    const proxied = await fetch(`http://127.0.0.1:${port}/proxy/sim/account`, {
      headers: { authorization: AUTHORIZATION, "user-agent": "test/1" },
    });
    expect(await proxied.json()).toMatchObject({ server_name: "Head office" });

    const hook = await webhook();
    // one that syncs once may end before what it tells is sent: this one stays, and syncs again at SIGHUP
    const options = ["-duration", "86400", "-limit", "100", "-storage-dsn", storage, "-webhook-url", hook.url, "sim"];
    const syncer = spawn(join(folder, "depsyncer"), options, { stdio: "ignore" });
    onTestFinished(() => void syncer.kill("SIGKILL"));
    const listed = async (): Promise<readonly string[]> => {
      const answer = await sendByFetch({ method: "GET", url: `${url}/_simulator/devices?limit=10000`, headers: {} });
      return (JSON.parse(answer.body) as { devices: { serial: string }[] }).devices.map(({ serial }) => serial);
    };
    const first = await listed();
    const told = () => new Set(hook.devices.map((device) => device.serial_number));
    await expect.poll(() => told().size).toBe(first.length);
    expect(told()).toEqual(new Set(first));

    hook.devices.length = 0;
    await control("/devices", { serials: ["C02NEW000001"] });
    await control("/devices/release", { serials: first.slice(0, 1) });
    syncer.kill("SIGHUP");
    await expect.poll(() => hook.devices.length).toBe(2);
    expect(new Map(hook.devices.map((device) => [device.serial_number, device.op_type]))).toEqual(
      new Map([
        ["C02NEW000001", "added"],
        [first[0], "deleted"],
      ]),
    );
  },
);
