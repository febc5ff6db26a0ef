import { HTTPException } from "hono/http-exception";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ruleSchema } from "../inputs.ts";
import { describeRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { createValidationResponse, createProblemResponse, createErrorResponse } from "./problem.ts";

const answer = async (error: Error) =>
  (await createErrorResponse(error).json()) as { type: string; detail: { en: string; ja: string } };

describe("an unexpected error", () => {
  it.each([
    [
      "ENOENT: no such file or directory, open '/home/hanako/.clomoctl/tenants/kanto/tenant.db'",
      "no such file or directory, open '…'",
    ],
    ["cannot open file:///srv/tenant/app.js here", "cannot open … here"],
    ["C:\\Users\\hanako\\tenant.db is gone", "… is gone"],
    ["no such table: user\n    at Database.get (/srv/app/database.ts:1:1)", "no such table: user"],
  ])("does not reveal file paths or the stack: %s", async (message, told) => {
    const { type, detail } = await answer(new Error(message));
    expect(type).toBe("unexpected");
    expect(detail.en).toMatch(/^unexpected error in the tenant: /);
    expect(detail.en.endsWith(told)).toBe(true);
    expect(detail.ja.endsWith(told)).toBe(true);
    expect(detail.en).not.toMatch(/hanako|srv/);
  });

  it("is the original error, even if the clean-up failed as well", async () => {
    const { type, detail } = await answer(
      new SuppressedError(new Error("drop table"), new Failure("locked", { what })),
    );
    expect({ type, detail }).toEqual({ type: "locked", detail: what });
  });

  it("is a usage error if the HTTP status says so", async () => {
    expect((await answer(new HTTPException(400))).type).toBe("usage");
    expect(createErrorResponse(new HTTPException(415)).status).toBe(415);
  });
});

const what = text("locked", "使用中");
const hint = text("wait", "お待ちください");

describe("a failure", () => {
  it.each([
    ["with its place and what to do", { what, where: "json.name", hint }, { where: "json.name", hint }],
    ["without them", { what }, {}],
  ])("is returned %s", async (_, detail, rest) => {
    const failure = new Failure("locked", detail);
    for (const answer of [createProblemResponse(failure), createErrorResponse(failure)]) {
      expect([answer.status, answer.headers.get("content-type")]).toEqual([423, "application/problem+json"]);
      expect(await answer.json()).toEqual({
        type: "locked",
        title: expect.any(String),
        status: 423,
        detail: what,
        ...rest,
      });
    }
  });

  it("may have an HTTP status and headers of its own", async () => {
    const answer = createProblemResponse(new Failure("usage", { what }), { status: 405, headers: { allow: "GET" } });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ type: "usage", status: 405 });
  });
});

describe("a malformed request", () => {
  it("is rejected in plain words for a blank value", async () => {
    const issue = { code: "too_small", message: "Too small", path: ["name"], origin: "string", minimum: 1 };
    expect(await createValidationResponse("json", [issue]).json()).toMatchObject({
      detail: { en: "must not be blank", ja: "空にできません" },
      where: "json.name",
    });
  });

  it.each([
    ["unknown fields", { code: "unrecognized_keys", message: "", path: [], keys: ["a", "b"] }, "json", "a, b"],
    [
      "no choice",
      { code: "invalid_value", message: "", path: ["kind"], values: ["users", 1] },
      "json.kind",
      "users, 1",
    ],
    ["another fault", { code: "too_small", message: "too small", path: ["a", 0] }, "json.a.0", "too small"],
    [
      "a text too long",
      { code: "too_big", message: "", path: ["by"], origin: "string", maximum: 255 },
      "json.by",
      "255",
    ],
    ["a list too short", { code: "too_small", message: "", path: [], origin: "array", minimum: 2 }, "json", "2"],
    ["a number too low", { code: "too_small", message: "", path: [], origin: "number", minimum: 1 }, "json", "1"],
    ["a fault without a code", { message: "odd", path: [] }, "json", "odd"],
  ])("is rejected for %s, with the location", async (_, issue, where, said) => {
    const answer = createValidationResponse("json", [issue, { message: "second", path: ["z"] }]);
    const { detail, ...problem } = (await answer.json()) as { detail: { en: string; ja: string } };
    expect(problem).toMatchObject({ type: "usage", status: 400, where });
    expect([detail.en, detail.ja]).toEqual([expect.stringContaining(said), expect.stringContaining(said)]);
    expect(detail.ja).not.toBe(detail.en);
  });

  it.each([
    [z.object({ name: z.string() }), { name: 5 }, "文字列にしてください"],
    [z.object({ limit: z.coerce.number() }), { limit: "abc" }, "数値にしてください"],
    [z.number().max(5), 6, "5 以下にしてください"],
    [z.int(), 1.5, "整数にしてください"],
    [z.object({}), [], "オブジェクトにしてください"],
    [z.array(z.string()), {}, "配列にしてください"],
    [z.iso.date(), "today", "2027-03-01 の形の日付にしてください"],
    [z.iso.datetime(), "today", "2027-03-01T00:00:00Z の形の日時にしてください"],
    [
      ruleSchema(SENDABLE_ADDRESS_RULE),
      "山",
      `値が正しくありません: ${describeRule(SENDABLE_ADDRESS_RULE).ja}ではありません`,
    ],
  ])("is explained in Japanese as well: %#", async (schema, value, ja) => {
    const issues = schema.safeParse(value).error?.issues ?? [];
    expect(await createValidationResponse("json", issues).json()).toMatchObject({ detail: { ja } });
  });

  it("is reported even without details", async () => {
    const problem = (await createValidationResponse("query", []).json()) as object;
    expect(problem).toMatchObject({ type: "usage", status: 400 });
    expect(problem).not.toHaveProperty("where");
  });
});

it("a malformed body and a wrong content type are reported with their location", async () => {
  expect(await createErrorResponse(new HTTPException(415)).json()).toMatchObject({
    status: 415,
    where: "content-type",
  });
  expect(await createErrorResponse(new HTTPException(400)).json()).toMatchObject({ status: 400, where: "json" });
});

it("a very long message is cut", async () => {
  const { detail } = await answer(new Error("x".repeat(10_000)));
  expect(detail.en.length).toBeLessThan(400);
});

it("a problem stays within the size that clients read, however long its values are", async () => {
  const long = "\u{1F5FB}\u0001".repeat(50_000);
  const response = createProblemResponse(
    new Failure("not-permitted", { what: text(long, long), where: long, hint: text(long, long) }),
  );
  const body = await response.text();
  expect(Buffer.byteLength(body)).toBeLessThan(64 * 1024);
  const { detail, where } = JSON.parse(body) as { detail: { en: string }; where: string };
  expect([detail.en.endsWith("…"), where.isWellFormed()]).toEqual([true, true]);
});
