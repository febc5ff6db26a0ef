import { expect, test, vi } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { addTestCredential } from "#support/tenant/credentials.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { MACHINE_OWNER, Session } from "./session.ts";
import { Store } from "../store/store.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  for (const name of ["boss", "chief"]) await addTestAccount(tenant, { name, role: "system" });
});

const openSession = (kind: "session" | "token" = "session"): Session => {
  addTestCredential(tenant, "chief", kind === "token" ? { token: "whole" } : {});
  const id = String(tenant.database.get("select id from credential")?.["id"]);
  const credential = { id, kind, name: "", isReadOnly: false, addsJobs: false, expiresAt: "" };
  return new Session(new Store(tenant.database), tenant.surroundings, "chief", { ...MACHINE_OWNER, credential });
};

const change = (session: Session) =>
  session.change({ action: null, locks: ["orgs"] }, async () => ({ result: "done", objects: [] }));

const OF_CHIEF = "(select pk from user where accountName = 'chief')";

const ENDS = [
  ["the credential ends", `delete from credential`, "not-signed-in"],
  ["the password changes", `update account set verifier = 'x' where user = ${OF_CHIEF}`, "not-signed-in"],
  ["the role is revoked", `update account set role = 'none' where user = ${OF_CHIEF}`, "not-signed-in"],
  [
    "the role changes",
    `update account set role = 'division', managedOrgs = '[1]' where user = ${OF_CHIEF}`,
    "conflict",
  ],
] as const;

test.each(
  ENDS.flatMap(([what, sql, code]) => (["session", "token"] as const).map((kind) => [kind, what, sql, code] as const)),
)("a request with a %s has no effect if %s while it is received", async (kind, _, sql, code) => {
  const session = openSession(kind);
  expect(await change(session)).toBe("done");
  tenant.database.run(sql);
  await expect(change(session)).rejects.toMatchObject({ code });
});

test("what depends on a leaver is read with the rights that its sender has when its body has arrived", async () => {
  const [boss] = await tenant.client.users.find({ name: "boss" });
  const ask = async (happen: () => void): Promise<number> => {
    const bytes = Buffer.from(JSON.stringify({ ids: [boss?.id] }));
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          happen();
          controller.enqueue(bytes);
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const headers = {
      authorization: `Bearer ${addTestCredential(tenant, "chief")}`,
      "content-type": "application/json",
    };
    const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body, duplex: "half" };
    return (await tenant.receive(new Request("http://tenant.invalid/v1/leavers/dependents", init))).status;
  };
  expect(await ask(() => undefined)).toBe(200);
  expect(await ask(() => void tenant.database.run("delete from credential"))).toBe(401);
});

test("a plan is not committed if its sender is signed out while the commit waits", async () => {
  const { id, etag } = await tenant.plan({ kind: "users" }, "氏名,メールアドレス\n山田,yamada@example.jp");
  const headers = { authorization: `Bearer ${addTestCredential(tenant, "chief")}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify({ etag }) };
  const commit = async () => tenant.receive(new Request(`http://tenant.invalid/v1/imports/${id}/commit`, init));
  const { random } = tenant.surroundings;
  // the last step before the commit waits for its turn: drawing the IDs of new records
  const signOut = vi.spyOn(tenant.surroundings, "random").mockImplementation((size) => {
    tenant.database.run("delete from credential");
    return random(size);
  });
  expect((await commit()).status).toBe(401);
  signOut.mockRestore();
  expect(await tenant.client.users.find({ name: "山田" })).toEqual([]);
});
