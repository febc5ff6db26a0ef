import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSimulator, readState, createInProcessSend } from "./index.ts";
import {
  SIMULATOR_BASE_URL,
  Mdm,
  parseBody,
  simulateApple,
  SIMULATOR_START_TIME,
} from "#support/apple/simulator/mdm.ts";

test("returns what it is, its time and its servers", async () => {
  const { mdm } = simulateApple();
  await mdm.control("POST", "/advance", { ms: 24 * 3600 * 1000 });
  expect(parseBody(await mdm.control("GET", ""))).toEqual({
    simulator: "clomoctl",
    version: 1,
    seed: "test",
    devices: 25,
    now: "2026-11-21T01:00:00Z",
    servers: [{ name: "SIMULATOR MDM Server", uuid: expect.stringMatching(/^[0-9A-F]{32}$/) }],
    rotateEvery: 20,
  });
});

test("control requests are validated, and a refusal is a problem object in both languages", async () => {
  const { mdm } = simulateApple();
  for (const [line, body, type] of [
    ["POST /advance", { ms: -1 }, "usage"],
    ["POST /advance", { days: 1 }, "usage"],
    ["POST /devices", {}, "usage"],
    ["POST /devices", { count: 1, serials: ["ABCD"] }, "usage"],
    ["POST /devices", { serials: ['A"B,C'] }, "usage"],
    ["POST /faults", { fault: "flood" }, "usage"],
    ["PUT /settings", { rotateEvery: 1.5 }, "usage"],
    ["POST /nothing", {}, "not-found"],
    ["GET /tokens", undefined, "not-found"],
  ] as const) {
    const [method, path] = line.split(" ") as ["POST", string];
    const answer = await mdm.control(method, path, body);
    expect(answer.status, line).toBeGreaterThanOrEqual(400);
    expect(parseBody(answer), line).toMatchObject({ type, detail: { en: expect.any(String), ja: expect.any(String) } });
  }
  const broken = await mdm.send({
    method: "POST",
    url: `${SIMULATOR_BASE_URL}/_simulator/advance`,
    headers: {},
    body: "{",
  });
  expect(parseBody(broken)).toMatchObject({ type: "usage", detail: { en: "the body is not JSON" } });
});

test("lists the current devices in pages, of one server or of all", async () => {
  const { simulator, mdm } = simulateApple();
  const [one = ""] = [...simulator.devices()].map(({ serial }) => serial);
  await mdm.control("POST", "/devices/assign", { serials: [one], server: "other" });
  const page = async (query: string) =>
    parseBody(await mdm.control("GET", `/devices?${query}`)) as { devices: object[]; next: number | null };
  expect((await page("limit=10")).next).toBe(10);
  expect((await page("from=20")).devices).toHaveLength(5);
  const ours = await page(`server=${encodeURIComponent("SIMULATOR MDM Server")}`);
  expect([ours.devices.length, ours.next]).toEqual([24, null]);
  expect((await page(`server=${encodeURIComponent("SIMULATOR other")}`)).devices).toEqual([
    { serial: one, server: "SIMULATOR other", profileStatus: "empty", profileUuid: null },
  ]);
});

/** What may happen to a simulator, and to what an MDM does with it. */
const action = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), count: fc.integer({ min: 1, max: 3 }), silent: fc.boolean() }),
  fc.record({ kind: fc.constant("release" as const), at: fc.nat(40), silent: fc.boolean() }),
  fc.record({
    kind: fc.constant("assign" as const),
    at: fc.nat(40),
    server: fc.constantFrom(undefined, "other"),
    silent: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("profile" as const), at: fc.nat(40) }),
  fc.record({ kind: fc.constant("page" as const), limit: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant("save" as const) }),
);

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Carries an action out, if it can be; what is refused is no matter here. */
async function act(mdm: Mdm, done: Action, known: readonly string[], profile: unknown): Promise<void> {
  const serials = "at" in done ? [known[done.at % known.length] ?? "NONE"] : [];
  if (done.kind === "add") await mdm.control("POST", "/devices", { count: done.count, silent: done.silent });
  if (done.kind === "release") await mdm.control("POST", "/devices/release", { serials, silent: done.silent });
  if (done.kind === "assign")
    await mdm.control("POST", "/devices/assign", { serials, server: done.server, silent: done.silent });
  if (done.kind === "profile") await mdm.ask("PUT /profile/devices", { profile_uuid: profile, devices: serials });
}

test("a full fetch and the following stream match the devices, whatever happens between, saved or not", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), fc.integer({ min: 1, max: 9 }), async (actions, limit) => {
      let { simulator, mdm } = simulateApple({ devices: 12, rotateEvery: 3 });
      await mdm.signIn();
      const profile = parseBody(await mdm.ask("POST /profile", { profile_name: "a", url: "https://a.example" }))[
        "profile_uuid"
      ];
      const seen = new Map<string, string>();
      const isSilent = actions.some((done) => "silent" in done && done.silent);
      let [cursor, phase]: [string | undefined, "/server/devices" | "/devices/sync"] = [undefined, "/server/devices"];
      const pull = async (size: number): Promise<boolean> => {
        const page = parseBody(await mdm.ask(`POST ${phase}`, { limit: size, cursor })) as {
          devices: { serial_number: string; op_type?: string; profile_status: string }[];
          cursor: string;
          more_to_follow: boolean;
        };
        for (const { serial_number: serial, op_type: operation, profile_status: status } of page.devices) {
          if (operation === "deleted") seen.delete(serial);
          else seen.set(serial, status);
        }
        cursor = page.cursor;
        if (page.more_to_follow) return true;
        const wasFetch = phase === "/server/devices";
        phase = "/devices/sync";
        return wasFetch;
      };
      for (const done of actions) {
        const known = [...simulator.devices()].map(({ serial }) => serial);
        if (done.kind === "page") await pull(done.limit);
        else await act(mdm, done, known, profile);
        if (done.kind === "save") {
          const state = readState(JSON.stringify(simulator.state()), "state");
          simulator = createSimulator({
            seed: "x",
            devices: 0,
            state,
            now: () => SIMULATOR_START_TIME,
            random: randomBytes,
          });
          const { token, session } = mdm;
          mdm = Object.assign(new Mdm(createInProcessSend(simulator)), { token, session });
          await mdm.signIn();
        }
      }
      while (await pull(limit));
      const stands = new Map([...simulator.devices()].map(({ serial, profileStatus }) => [serial, profileStatus]));
      // what the stream leaves out only another full fetch tells
      const { devices } = isSilent ? await mdm.fetch(limit) : { devices: [] };
      const fetched = devices.map((device) => [device["serial_number"], device["profile_status"]] as const);
      expect(isSilent ? new Map(fetched) : seen).toEqual(stands);
    }),
    { numRuns: 100 },
  );
});

test("a saved simulator restores tokens, clock, faults, certificates and keys", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  await mdm.control("POST", "/advance", { ms: 1000 });
  await mdm.control("POST", "/faults", { fault: "terms", path: "/none" });
  await mdm.control("POST", "/vpp-tokens", { org: "全社" });
  await mdm.control("POST", "/business-keys", {});
  const saved = JSON.stringify(simulator.state());
  const again = createSimulator({
    seed: "other",
    devices: 7,
    state: readState(saved, "state"),
    now: () => SIMULATOR_START_TIME,
    random: (size) => new Uint8Array(size),
  });
  expect(JSON.stringify(again.state())).toBe(saved);
  const next = Object.assign(new Mdm(createInProcessSend(again)), { token: mdm.token });
  await next.signIn();
  expect(await next.ask("GET /account")).toMatchObject({ status: 200 });
});

test.each(["", "[]", "{}", '{"simulator":"clomoctl","version":1}'])("%j is not a simulator state", (saved) => {
  expect(() => readState(saved, "s.json")).toThrow("not a simulator state file");
});

test("its revision does not change while nothing changes", async () => {
  const { simulator, mdm } = simulateApple();
  await mdm.signIn();
  const before = simulator.revision();
  await mdm.fetch(10);
  await mdm.ask("GET /account");
  await mdm.control("GET", "/faults");
  expect(simulator.revision()).toBe(before);
  await mdm.control("POST", "/devices", { count: 1 });
  expect(simulator.revision()).toBeGreaterThan(before);
});
