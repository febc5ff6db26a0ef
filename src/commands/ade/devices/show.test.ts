import { expect, test } from "vitest";
import type { Ade, AdeDeviceRecord } from "../../../lib/client/index.ts";
import { inBoth, run } from "../../testing/program.ts";
import { example } from "../../testing/tenant.ts";

const ade = example<Ade>("ade");
const [device] = example<{ items: readonly [AdeDeviceRecord] }>("findAdeDevices").items;

test.each<[Partial<AdeDeviceRecord>, string, string]>([
  [{ profileStatus: "assigned" }, "ready to be switched on", "電源を入れて設定を始められます"],
  [{ profileStatus: "pushed" }, "ready to be switched on", "電源を入れて設定を始められます"],
  [{ profileStatus: "empty" }, "do not switch it on yet", "まだ電源を入れないでください"],
  [{ profileStatus: null }, "clomoctl ade profiles assign NAME SERIAL000001", "clomoctl ade profiles assign"],
  [{ state: "missing" }, "did not find it", "見つかりませんでした"],
  [{ state: "released" }, "Apple no longer has it", "解除されています"],
])("%j: whether it may be switched on", async (change, english, japanese) => {
  const tenant = { ade, findAdeDevices: { items: [{ ...device, ...change }] } };
  const { en, ja } = await inBoth("ade devices show SERIAL000001 --fields serialNumber", { tenant });
  expect(en).toMatchObject({ exit: 0, stdout: "serialNumber\nSERIAL000001\n" });
  expect(en.stderr).toContain(english);
  expect(ja.stderr).toContain(japanese);
});

test("one that is not there is 6, with what lists them", async () => {
  const ran = await run("ade devices show X1 --lang en", { tenant: { ade, findAdeDevices: { items: [] } } });
  expect(ran).toMatchObject({ exit: 6, stdout: "" });
  expect(ran.stderr).toContain("clomoctl ade devices list");
});
