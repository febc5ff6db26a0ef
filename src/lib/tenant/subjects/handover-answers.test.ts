import { expect, test } from "vitest";
import { readAuditLog } from "#support/tenant/audit.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const PHONE = { question: "push-certificate.phone", value: "03-0000-0000", by: "山田 花子" };

test("answers are stored by question, with author and date", async () => {
  const { answers } = tenant.client;
  const { changed, dryRun } = await answers.set({
    answers: [PHONE, { question: "administrators.mailbox", value: " はい " }],
  });
  expect(dryRun).toBe(false);
  expect(changed.map(({ before, after }) => [before, after?.value])).toEqual([
    [null, "03-0000-0000"],
    [null, "yes"],
  ]);
  expect(await answers.list()).toMatchObject([
    { question: "administrators.mailbox", value: "yes", by: "owner" },
    { question: "push-certificate.phone", value: "03-0000-0000", by: "山田 花子" },
  ]);
});

test("a new answer replaces the previous one and keeps its id; null or a blank removes it", async () => {
  const { answers } = tenant.client;
  await answers.set({ answers: [PHONE, { ...PHONE, question: "apple-business.phone" }] });
  const [, first] = await answers.list();
  await answers.set({ answers: [{ ...PHONE, value: "06-0000-0000", at: "2026-01-01T00:00:00.000Z" }] });
  const [, second] = await answers.list();
  expect(second).toEqual({ ...first, value: "06-0000-0000", at: "2026-01-01T00:00:00.000Z" });
  const { changed } = await answers.set({
    answers: [
      { ...PHONE, value: null },
      { ...PHONE, question: "apple-business.phone", value: " " },
      { ...PHONE, question: "android.phone", value: null },
    ],
  });
  expect(changed).toMatchObject([{ after: null }, { after: null }]);
  expect(await answers.list()).toEqual([]);
});

test("if one of several answers is invalid, none is stored; a dry run stores none", async () => {
  const { answers } = tenant.client;
  for (const wrong of [
    { ...PHONE, question: "No Question" },
    { ...PHONE, question: "" },
    { ...PHONE, question: "rules" },
    { ...PHONE, value: "ask him" },
    { question: "contact.confirmed", value: "soon" },
    { question: "contact.confirmed", value: "2999-01-01" },
    { question: "administrators.mailbox", value: "maybe" },
    { question: "onboarding.way", value: "by magic" },
    { ...PHONE, value: "あ".repeat(2001) },
    { ...PHONE, by: "あ".repeat(256) },
    { ...PHONE, at: "2999-01-01T00:00:00.000Z" },
  ]) {
    const failure = await failureOf(answers.set({ answers: [PHONE, wrong] }));
    expect(failure?.code).toBe("input-rejected");
  }
  const { changed } = await answers.set({ answers: [PHONE], dryRun: true });
  expect(changed).toMatchObject([{ before: null, after: { value: PHONE.value } }]);
  expect(await answers.list()).toEqual([]);
});

test("the same answer at the same time changes nothing; every change is audited with both values", async () => {
  const { answers } = tenant.client;
  const at = "2026-01-01T00:00:00.000Z";
  await answers.set({ answers: [{ ...PHONE, at }] });
  expect(await answers.set({ answers: [{ ...PHONE, at }] })).toEqual({ changed: [], dryRun: false });
  const records = readAuditLog(tenant.database);
  expect(records.map(({ action }) => action)).toEqual(["answers.set"]);
  expect(records[0]).toMatchObject({
    objects: [{ thing: "answer", name: PHONE.question }],
    before: { answers: [null] },
    after: { answers: [{ value: PHONE.value, by: PHONE.by, at }] },
  });
});

test("only system administrators can read and write answers", async () => {
  await addTestAccount(tenant, { name: "sys", role: "system" });
  await addTestAccount(tenant, { name: "ope", role: "operator" });
  await tenant.as("sys").answers.set({ answers: [{ question: "push-certificate.holder", value: "佐藤" }] });
  expect(await tenant.as("sys").answers.list()).toMatchObject([{ by: "sys", value: "佐藤" }]);
  expect((await failureOf(tenant.as("ope").answers.list()))?.code).toBe("not-permitted");
  const failure = await failureOf(
    tenant.as("ope").answers.set({ answers: [{ question: "push-certificate.holder", value: "b" }] }),
  );
  expect(failure?.code).toBe("not-permitted");
});
