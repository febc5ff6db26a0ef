import { describe, expect, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { NOW } from "#support/apple/apple.ts";
import { APPLE_ERRORS, CursorRefusal, createAppleRefusal } from "./errors.ts";

const WHERE = "GET https://a.example/session";

const refusal = (status: number, body: string, headers: Readonly<Record<string, string>> = {}, where = WHERE) =>
  createAppleRefusal(where, { status, headers, body }, NOW);

/** Status, body and exit code of all that is known of Apple, of Apple's own simulator and of Jamf's list. */
const ERRORS = [
  [403, "T_C_NOT_SIGNED", "not-permitted"],
  [403, "ACCESS_DENIED", "not-permitted"],
  [401, "token_rejected", "not-permitted"],
  [403, "token_rejected", "not-permitted"],
  [403, "signature_invalid", "not-permitted"],
  [403, "token_expired", "not-permitted"],
  [403, "SERVER_INACTIVE", "not-permitted"],
  [400, "oauth_problem_advice", "not-permitted"],
  [401, "oauth_problem_advice", "not-permitted"],
  [400, "USER_AGENT_MISSING", "unavailable"],
  [400, "USER_AGENT_INVALID", "unavailable"],
  [429, "TOO_MANY_REQUESTS", "unavailable"],
  [400, "INVALID_CURSOR", "input-rejected"],
  [400, "EXPIRED_CURSOR", "input-rejected"],
  [400, "EXHAUSTED_CURSOR", "input-rejected"],
  [400, "CURSOR_REQUIRED", "input-rejected"],
  [400, "DEVICE_ID_REQUIRED", "input-rejected"],
  [400, "PROFILE_UUID_REQUIRED", "input-rejected"],
  [400, "CONFIG_NAME_REQUIRED", "input-rejected"],
  [400, "CONFIG_NAME_INVALID", "input-rejected"],
  [400, "CONFIG_URL_REQUIRED", "input-rejected"],
  [400, "CONFIG_URL_INVALID", "input-rejected"],
  [400, "DEPARTMENT_INVALID", "input-rejected"],
  [400, "FLAGS_INVALID", "input-rejected"],
  [400, "LOCALE_INVALID", "input-rejected"],
  [400, "MAGIC_INVALID", "input-rejected"],
  [400, "SUPPORT_EMAIL_INVALID", "input-rejected"],
  [400, "SUPPORT_PHONE_INVALID", "input-rejected"],
  [403, "APPLE_SEED_FOR_IT_TURNED_OFF", "not-permitted"],
] as const;

const REASONS: ReadonlyMap<number, string> = new Map([
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [429, "Too Many Requests"],
]);

describe("Apple's errors", () => {
  test.each(ERRORS)("%i %s", (status, code, exit) => {
    for (const body of [code, `"${code}"`, `${code}${REASONS.get(status)}`, `${code}\r\n`, `{"code":"${code}"}`]) {
      const failure = refusal(status, body);
      expect(failure).toBeInstanceOf(Failure);
      expect(failure).toMatchObject({ apple: code, code: exit, where: WHERE });
      expect(failure.hint?.en).not.toBe("");
      expect(failure.hint?.ja).not.toBe("");
    }
  });

  test.each([
    [403, "T_C_NOT_SIGNED", "faults --clear"],
    [403, "ACCESS_DENIED", "faults --clear"],
    [403, "SERVER_INACTIVE", "faults --clear"],
    [403, "token_rejected", "keypair create -o CLOMO_ADE_PublicKey.pem"],
    [403, "signature_invalid", "keypair create -o CLOMO_ADE_PublicKey.pem"],
    [403, "token_expired", "keypair create -o CLOMO_ADE_PublicKey.pem"],
    [401, "oauth_problem_advice", "keypair create -o CLOMO_ADE_PublicKey.pem"],
  ])("at a simulator, %i %s suggests the simulator's commands instead of Apple's portal", (status, code, line) => {
    const { what, hint } = createAppleRefusal(WHERE, { status, headers: {}, body: code }, NOW, {
      url: "http://127.0.0.1:8600",
      server: "SIMULATOR other",
    });
    for (const told of [hint?.en, hint?.ja]) {
      expect(told).toContain("clomoctl ade simulator");
      expect(told).toContain(line);
      expect(told).toContain("--url http://127.0.0.1:8600");
      expect(told).not.toMatch(/Business Manager|business\.apple/);
    }
    expect(what.en).not.toContain("Business Manager");
  });

  test.each([
    [401, "oauth_problem_adviceUnauthorized"],
    [400, "oauth_problem_advice"],
    [401, "Unauthorized"],
    [401, ""],
  ])("at a simulator, an unclear reason also suggests a retry and the clock first: %i %s", (status, body) => {
    const place = { url: "http://127.0.0.1:8600" };
    const { hint } = createAppleRefusal(WHERE, { status, headers: {}, body }, NOW, place);
    const inOrder = ["try again", "clock", "keypair create", "ade token set FILE", "faults --clear"];
    const places = inOrder.map((words) => hint?.en.indexOf(words) ?? -1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBe(0);
    expect(hint?.ja).toMatch(/^数分後にもう一度.*時計.*keypair create.*faults --clear/u);
    expect(`${hint?.en}${hint?.ja}`).not.toContain("Business Manager");
  });

  test("at a simulator, the hint uses the known MDM server and the new public key", () => {
    const place = { url: "http://127.0.0.1:8600", server: "SIMULATOR other" };
    const { hint } = createAppleRefusal(WHERE, { status: 403, headers: {}, body: "token_rejected" }, NOW, place);
    expect(hint?.en).toContain("--public-key CLOMO_ADE_PublicKey.pem --server 'SIMULATOR other' --url");
  });

  test("are all tested", () => {
    expect(new Set(ERRORS.map(([, code]) => code))).toEqual(new Set(Object.keys(APPLE_ERRORS)));
  });

  test("suggest what to do next", () => {
    expect(refusal(403, "T_C_NOT_SIGNEDForbidden").hint?.en).toContain("https://business.apple.com");
    for (const body of ["token_rejectedForbidden", "signature_invalidForbidden", "token_expiredForbidden"]) {
      expect(refusal(403, body).hint?.en).toContain("clomoctl ade token set FILE");
    }
  });

  test.each([
    [401, "oauth_problem_adviceUnauthorized"],
    [400, "oauth_problem_adviceBad Request"],
    [401, "Unauthorized"],
    [401, ""],
  ])("suggest a retry and the clock before the token if the reason is unclear: %i %s", (status, body) => {
    const { what, hint, rejectsToken } = refusal(status, body);
    expect(rejectsToken).toBe(false);
    expect(what.en).not.toContain("token");
    const inOrder = ["try again", "clock", "clomoctl ade token show", "invalidates the current token"];
    const places = inOrder.map((words) => hint?.en.indexOf(words) ?? -1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    expect(hint?.en).not.toContain("ade token set");
    expect(hint?.ja).toMatch(/もう一度.*時計.*clomoctl ade token show/u);
  });

  test.each([
    [403, "token_rejectedForbidden", true],
    [401, "token_rejected", true],
    [403, "signature_invalid", true],
    [403, "token_expired", true],
    [403, "T_C_NOT_SIGNED", false],
    [403, "ACCESS_DENIED", false],
    [403, "SERVER_INACTIVE", false],
    [403, "Forbidden", false],
  ])("show whether the token itself is rejected: %i %s", (status, body, rejectsToken) => {
    expect(refusal(status, body).rejectsToken).toBe(rejectsToken);
  });

  test.each([
    [403, "clomoctl ade token show"],
    [500, "clomoctl ade endpoint show"],
  ])("get a hint by their status if they are unknown: %i", (status, line) => {
    const { hint } = refusal(status, "Teapot");
    expect(hint?.en).toContain(line);
    expect(hint?.ja).toContain(line);
  });

  test("are ignored for a status they do not belong to, and in long pages", () => {
    expect(refusal(500, "T_C_NOT_SIGNED")).toMatchObject({ apple: "UNKNOWN", code: "unavailable" });
    expect(refusal(403, `<html>${" ".repeat(5000)}T_C_NOT_SIGNED`)).toMatchObject({ apple: "UNKNOWN" });
  });
});

describe("a refused cursor", () => {
  test.each([
    ["INVALID_CURSOR", "invalid"],
    ["EXPIRED_CURSOR", "expired"],
    ["EXHAUSTED_CURSOR", "exhausted"],
    ["CURSOR_REQUIRED", "required"],
  ])("has its own failure: %s", (code, cursor) => {
    const failure = refusal(400, `"${code}"`);
    expect(failure).toBeInstanceOf(CursorRefusal);
    expect(failure).toMatchObject({ cursor });
  });
});

describe("the local clock", () => {
  const at = (date: string, body = "oauth_problem_adviceUnauthorized") => refusal(401, body, { date });

  test("is reported if it is wrong", () => {
    expect(at("Sun, 22 Nov 2026 18:50:00 GMT")).toMatchObject({
      apple: "CLOCK",
      where: "clock",
      code: "not-permitted",
      what: { en: expect.stringContaining("the clock of this computer is 10 minutes fast") },
    });
    expect(at("Sun, 22 Nov 2026 20:00:00 GMT", "")).toMatchObject({
      apple: "CLOCK",
      what: { ja: expect.stringContaining("60 分遅れて") },
    });
  });

  test("is also reported at a simulator, which may have been set to this fault", () => {
    const place = { url: "http://127.0.0.1:8600" };
    const answer = { status: 401, headers: { date: "Sun, 22 Nov 2026 18:50:00 GMT" }, body: "" };
    const { hint } = createAppleRefusal(WHERE, answer, NOW, place);
    expect(hint?.en).toMatch(/^set the clock .*; if this fault was set in the simulator: .* faults --clear/);
    expect(hint?.ja).toMatch(/時計.*シミュレーター.* faults --clear/u);
  });

  test("is not reported if it is right or the problem is something else", () => {
    expect(at("Sun, 22 Nov 2026 18:56:00 GMT")).toMatchObject({ apple: "oauth_problem_advice" });
    expect(at("yesterday")).toMatchObject({ apple: "oauth_problem_advice" });
    expect(refusal(401, "oauth_problem_advice")).toMatchObject({ apple: "oauth_problem_advice" });
    expect(at("Sun, 22 Nov 2026 18:50:00 GMT", "token_rejected")).toMatchObject({ apple: "token_rejected" });
  });
});

describe("an unknown error", () => {
  test.each([
    [400, "NEW_CODE", "input-rejected", "Apple returned status 400 (NEW_CODE)"],
    [400, '"NEW_CODE"', "input-rejected", "Apple returned status 400 (NEW_CODE)"],
    [401, "", "not-permitted", "Apple returned status 401"],
    [403, "NEW_CODEForbidden", "not-permitted", "Apple returned status 403 (NEW_CODEForbidden)"],
    [404, "Not Found", "unavailable", "Apple returned status 404 (Not Found)"],
    [405, "", "unavailable", "Apple returned status 405"],
    [302, "", "unavailable", "Apple returned status 302"],
    [500, "<html>\u001B[31m</html>", "unavailable", "Apple returned status 500"],
    [502, "A".repeat(81), "unavailable", "Apple returned status 502"],
  ])("is reported with its status and its word: %i %s", (status, body, code, message) => {
    expect(refusal(status, body)).toMatchObject({ code, message });
  });

  test("for a profile means that Apple does not have it", () => {
    expect(refusal(404, "NOT_FOUND", {}, "GET https://a.example/profile")).toMatchObject({
      apple: "NO_SUCH_PROFILE",
      code: "not-found",
      hint: { en: expect.stringContaining("ade profiles create --from") },
    });
  });
});
