import { describe, expect, test } from "vitest";
import { FakeApple, respondInTurn, createJsonResponse, type FakeAppleResponse } from "#support/apple/apple.ts";
import { fetchClientConfig, fetchServiceConfig } from "./client.ts";

const LOCATION = {
  locationName: "東京",
  tokenExpirationDate: "2030-11-08T22:33:22+0000",
  uId: "2049025000431439",
  mdmInfo: { id: "c1", name: "CLOMO", metadata: "m" },
};

const asked = (...answers: readonly [FakeAppleResponse, ...FakeAppleResponse[]]) => {
  const apple = new FakeApple(respondInTurn(...answers));
  return { apple, access: { ...apple.patience, base: "https://a.example", program: "clomoctl/1.2.3" } };
};

test("a content token has a location, an expiry and a holder", async () => {
  const { apple, access } = asked(createJsonResponse(LOCATION));
  expect(await fetchClientConfig(access, "eyJ0Ijp9")).toEqual({
    locationName: "東京",
    tokenExpiresAt: "2030-11-08T22:33:22Z",
    uId: "2049025000431439",
    mdmInfo: { id: "c1", name: "CLOMO", metadata: "m" },
  });
  expect(apple.requests).toMatchObject([
    {
      method: "GET",
      url: "https://a.example/mdm/v2/client/config",
      headers: { authorization: "Bearer eyJ0Ijp9", "user-agent": "clomoctl/1.2.3" },
    },
  ]);
});

test.each([undefined, null, {}, { id: "", name: "" }])("a location may not have an MDM: %j", async (mdmInfo) => {
  const { access } = asked(createJsonResponse({ ...LOCATION, mdmInfo }));
  expect(await fetchClientConfig(access, "t")).toMatchObject({ mdmInfo: null });
});

test("requests Apple's limits without a token", async () => {
  const { apple, access } = asked(
    createJsonResponse({ limits: { maxAssets: 25, maxUsers: 100, note: "x" }, urls: {} }),
  );
  expect(await fetchServiceConfig(access)).toEqual({
    limits: new Map([
      ["maxAssets", 25],
      ["maxUsers", 100],
    ]),
  });
  expect(apple.lines).toEqual(["GET /mdm/v2/service/config"]);
  expect(apple.requests[0]?.headers).not.toHaveProperty("authorization");
});

describe("an error", () => {
  const error = (errorNumber: number) => ({ errorNumber, errorMessage: "SECRET" });

  test.each([
    [9621, "not-permitted", "the content token has expired (9621)"],
    [9622, "not-permitted", expect.stringContaining("not valid (9622)")],
    [9602, "input-rejected", "Apple does not accept the request (9602)"],
    [9999, "unavailable", "Apple returned error 9999"],
  ])("%i is reported for every status", async (number, code, message) => {
    for (const status of [200, 400, 401]) {
      const { access } = asked({ status, ...createJsonResponse(error(number)) });
      const where = "GET https://a.example/mdm/v2/client/config";
      await expect(fetchClientConfig(access, "SECRET")).rejects.toMatchObject({ code, message, where });
    }
  });

  test.each([
    [401, "", "not-permitted"],
    [403, "<html>", "not-permitted"],
    [404, "{}", "unavailable"],
    [302, "", "unavailable"],
    [500, "", "unavailable"],
  ])("without a number is reported with its status: %i", async (status, body, code) => {
    const { access } = asked({ status, body });
    await expect(fetchClientConfig(access, "t")).rejects.toMatchObject({
      code,
      message: `Apple returned HTTP status ${status}`,
    });
  });

  test("from a simulator suggests the simulator's command", async () => {
    const { access } = asked(createJsonResponse({ errorNumber: 9621, errorMessage: "" }));
    const failed = fetchClientConfig({ ...access, simulator: true }, "t");
    await expect(failed).rejects.toMatchObject({
      hint: { en: expect.stringContaining("clomoctl ade simulator do vpp-token --org NAME --url https://a.example") },
    });
  });

  test("caused by a truncated response leads to another request", async () => {
    const { apple, access } = asked({ body: '{"locat' }, createJsonResponse(LOCATION));
    await fetchClientConfig(access, "t");
    expect(apple.waits).toEqual([1000]);
  });

  test("that is temporary leads to a retry", async () => {
    const { apple, access } = asked({ status: 503, headers: { "retry-after": "5" } }, createJsonResponse(LOCATION));
    await fetchClientConfig(access, "t");
    expect(apple.waits).toEqual([5000]);
  });
});

test.each([
  ["JSON", "[]"],
  ["locationName", createJsonResponse({ ...LOCATION, locationName: 1 }).body],
  ["tokenExpirationDate", createJsonResponse({ ...LOCATION, tokenExpirationDate: "SECRET" }).body],
  ["uId", createJsonResponse({ ...LOCATION, uId: undefined }).body],
  ["mdmInfo", createJsonResponse({ ...LOCATION, mdmInfo: "x" }).body],
  ["name", createJsonResponse({ ...LOCATION, mdmInfo: { id: "a", name: 1 } }).body],
])("refuses a response with the name of the member %s", async (member, body) => {
  const { access } = asked({ body });
  await expect(fetchClientConfig(access, "t")).rejects.toThrow(`does not match Apple's documentation: ${member}`);
});

test("limits must be an object", async () => {
  const { access } = asked(createJsonResponse({ limits: 1 }));
  await expect(fetchServiceConfig(access)).rejects.toThrow("does not match Apple's documentation: limits");
});
