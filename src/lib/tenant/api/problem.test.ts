import { HTTPException } from "hono/http-exception";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Failure, ServerFault } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { createValidationResponse, createProblemResponse, createErrorResponse, describeFault } from "./problem.ts";

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
    expect(detail.en).toMatch(/^unexpected error in the tenant: (?!Error: )/);
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

it.each([
  [z.object({ items: z.array(z.string()) }), { items: ["a", 5] }, "json.items.1", "Invalid input: expected"],
  [z.strictObject({}), { a: 1, b: 2 }, "json", "Unrecognized keys"],
  [z.enum(["users", "orgs"]), "user", "json", "Invalid option"],
  [z.object({ n: z.coerce.number() }), { n: "x" }, "json.n", "Invalid input"],
])("an invalid value is reported in both languages, with its location: %#", async (schema, value, where, en) => {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  if (issue === undefined) throw new TypeError("the value is valid");
  const { detail, ...problem } = (await (await createValidationResponse("json", schema, value, issue)).json()) as {
    detail: { en: string; ja: string };
  };
  expect(problem).toMatchObject({ type: "usage", status: 400, where });
  expect(detail).toEqual({ en: expect.stringContaining(en), ja: expect.stringMatching(/^(?:無効な|認識されて)/) });
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

const damaged = new Failure("unavailable", { what: text("damaged", "破損"), where: "kanto entry 5" });

it.each([
  [damaged, "kanto entry 5: damaged"],
  [new ServerFault({ cause: damaged, what: text("away", "停止中") }), "kanto entry 5: damaged"],
  [new Failure("conflict", { what: text("山田 exists", "山田がいます") }), undefined],
  [Object.assign(new Error("山田"), { code: "EIO" }), "EIO"],
])("the log says why the server fails, and nothing personal: %#", (error, fault) => {
  expect(describeFault(error)).toBe(fault);
});
