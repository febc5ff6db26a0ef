import { createHash } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { TestTenant } from "../../testing/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

test("every change has an audit record, chained by hash, without secrets", async () => {
  const { id } = await tenant.client.users.addField({ name: "座席" });
  const header = ["氏名", "メールアドレス", "座席", "CLOMOアカウントパスワード"];
  const done = await tenant.import({ kind: "users" }, [header, ["山田", "a@x", "3F", "hush-hush"]]);
  await tenant.client.imports.commit(await tenant.client.imports.revert(done.id));
  await tenant.client.users.removeField(id);
  const entries = tenant.sql("select * from audit order by seq");
  expect(entries.map(({ action, subject }) => [action, subject])).toEqual([
    ["fields.add", id],
    ["imports.commit", done.id],
    ["imports.revert", done.id],
    ["fields.remove", id],
  ]);
  let before = "";
  for (const { at, actor, action, subject, detail, hash } of entries) {
    const body = JSON.stringify({ at, actor, action, subject, detail: JSON.parse(String(detail)) as unknown });
    expect(hash).toBe(createHash("sha256").update(`${before}\n${body}`).digest("hex"));
    before = String(hash);
  }
  expect(JSON.stringify(entries)).not.toContain("hush");
  expect(JSON.parse(String(entries[1]?.["detail"]))).toMatchObject({
    kind: "users",
    create: 1,
    inputSha256: done.inputSha256,
  });
});

test("what is refused or rolled back leaves no audit record", async () => {
  const before = tenant.sql("select seq from audit");
  const rejected = await tenant.plan({ kind: "users" }, [
    ["氏名", "メールアドレス"],
    ["", ""],
  ]);
  await expect(tenant.client.imports.commit(rejected)).rejects.toThrow(/invalid rows/);
  const stopped = await tenant.plan({ kind: "users" }, [
    ["氏名", "メールアドレス"],
    ["山田", "a@x"],
  ]);
  await expect(tenant.client.imports.commit(stopped, AbortSignal.abort())).rejects.toThrow(/interrupted/);
  expect(tenant.sql("select seq from audit")).toEqual(before);
});
