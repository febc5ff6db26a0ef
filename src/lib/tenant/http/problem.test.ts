import { HTTPException } from "hono/http-exception";
import { describe, expect, it } from "vitest";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { malformed, problemOf, thrown } from "./problem.ts";

const answer = async (error: Error) =>
  (await thrown(error).json()) as { type: string; detail: { en: string; ja: string } };

describe("an error nobody expected", () => {
  it.each([
    [
      "ENOENT: no such file or directory, open '/home/hanako/.clomoctl/tenants/kanto/tenant.db'",
      "no such file or directory, open '…'",
    ],
    ["cannot open file:///srv/tenant/app.js here", "cannot open … here"],
    ["C:\\Users\\hanako\\tenant.db is gone", "… is gone"],
    ["no such table: user\n    at Database.get (/srv/app/database.ts:1:1)", "no such table: user"],
  ])("tells no place of a file and no stack: %s", async (message, told) => {
    const { type, detail } = await answer(new Error(message));
    expect(type).toBe("unexpected");
    expect(detail.en).toMatch(/^the tenant failed unexpectedly: /);
    expect(detail.en.endsWith(told)).toBe(true);
    expect(detail.ja.endsWith(told)).toBe(true);
    expect(detail.en).not.toMatch(/hanako|srv/);
  });

  it("is the one that ended the work, whatever the clean-up failed with", async () => {
    const { type, detail } = await answer(
      new SuppressedError(new Error("drop table"), new Failure("locked", { what })),
    );
    expect({ type, detail }).toEqual({ type: "locked", detail: what });
  });

  it("is the request's fault where HTTP says so", async () => {
    expect((await answer(new HTTPException(400))).type).toBe("usage");
    expect(thrown(new HTTPException(415)).status).toBe(415);
  });
});

const what = text("locked", "使用中");
const hint = text("wait", "お待ちください");

describe("a failure", () => {
  it.each([
    ["with its place and what to do", { what, where: "json.name", hint }, { where: "json.name", hint }],
    ["without them", { what }, {}],
  ])("is answered %s", async (_, detail, rest) => {
    const failure = new Failure("locked", detail);
    for (const answer of [problemOf(failure), thrown(failure)]) {
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

  it("may have HTTP's own status and headers", async () => {
    const answer = problemOf(new Failure("usage", { what }), { status: 405, headers: { allow: "GET" } });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ type: "usage", status: 405 });
  });
});

describe("a request of another shape", () => {
  it("is told of a blank in words", async () => {
    const issue = { code: "too_small", message: "Too small", path: ["name"], origin: "string", minimum: 1 };
    expect(await malformed("json", [issue]).json()).toMatchObject({
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
  ])("is told of %s and where it stands", async (_, issue, where, said) => {
    const answer = malformed("json", [issue, { message: "second", path: ["z"] }]);
    const { detail, ...problem } = (await answer.json()) as { detail: { en: string; ja: string } };
    expect(problem).toMatchObject({ type: "usage", status: 400, where });
    expect([detail.en, detail.ja]).toEqual([expect.stringContaining(said), expect.stringContaining(said)]);
    expect(detail.ja).not.toBe(detail.en);
  });

  it("is told without any, too", async () => {
    const problem = (await malformed("query", []).json()) as object;
    expect(problem).toMatchObject({ type: "usage", status: 400 });
    expect(problem).not.toHaveProperty("where");
  });
});

it("tells of a malformed body and of another content type where they are", async () => {
  expect(await thrown(new HTTPException(415)).json()).toMatchObject({ status: 415, where: "content-type" });
  expect(await thrown(new HTTPException(400)).json()).toMatchObject({ status: 400, where: "json" });
});

it("cuts an endless message", async () => {
  const { detail } = await answer(new Error("x".repeat(10_000)));
  expect(detail.en.length).toBeLessThan(400);
});

it("a value of any length has room in what a client reads of a failure", async () => {
  const long = "\u{1F5FB}\u0001".repeat(50_000);
  const response = problemOf(
    new Failure("not-permitted", { what: text(long, long), where: long, hint: text(long, long) }),
  );
  const body = await response.text();
  expect(Buffer.byteLength(body)).toBeLessThan(64 * 1024);
  const { detail, where } = JSON.parse(body) as { detail: { en: string }; where: string };
  expect([detail.en.endsWith("…"), where.isWellFormed()]).toEqual([true, true]);
});
