import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTwins, type Twin, type TwinRequest } from "#support/tenant/twins.ts";

/** What is asked of both, one after another: reading, writing by hand, imports; also of what is hidden. */
const users = (rows: readonly (readonly string[])[], mode = "append", more: object = {}): readonly TwinRequest[] => [
  { method: "POST", path: "/v1/imports", body: { kind: "users", mode, fileName: "people.csv", ...more } },
  {
    method: "PUT",
    path: "/v1/imports/{import:}/content",
    file: [["氏名", "メールアドレス", "組織コード", "役職"], ...rows],
  },
  { method: "GET", path: "/v1/imports/{import:}/rows" },
  { method: "GET", path: "/v1/imports/{import:}/problems" },
];

const COMMIT: TwinRequest = {
  method: "POST",
  path: "/v1/imports/{import:}/commit",
  headers: { "if-match": "{etag:}" },
};

const READING: readonly TwinRequest[] = [
  "/v1/whoami",
  "/v1/tenant",
  "/v1/tenant?administration=true",
  "/v1/orgs",
  "/v1/orgs/find?name=EAST",
  "/v1/orgs/find?name=WEST",
  `/v1/orgs/find?name=${encodeURIComponent("西日本/営業部")}`,
  "/v1/orgs/export?newline=lf",
  "/v1/users?limit=2",
  "/v1/users?limit=100&sort=name&desc=true",
  "/v1/users/find?name=hanako@west.example",
  "/v1/users/find?name=E1",
  "/v1/users/find?name=nishi",
  "/v1/users/history?name=hanako@east.example",
  "/v1/users/history?name=shiro@west.example",
  ...["orgs", "devices", "accounts"].flatMap((noun) =>
    ["EAST", "E1", "WEST", "東日本/営業部", "西日本/営業部", "EAST0001", "WEST0001", "higashi", "nishi", "himitsu"].map(
      (name) => `/v1/${noun}/history?name=${encodeURIComponent(name)}`,
    ),
  ),
  "/v1/users/export?newline=lf",
  "/v1/users?limit=100&search=%E8%8A%B1%E5%AD%90",
  "/v1/users?limit=100&org={org:E1}",
  "/v1/users?limit=100&org={org:WEST}",
  "/v1/users/fields",
  "/v1/users/fields/{field:入社年}",
  "/v1/devices?limit=1",
  "/v1/devices/find?name=WEST0001",
  "/v1/devices/find?name=EAST0001",
  "/v1/devices?limit=10&owner={user:taro@west.example}",
  "/v1/devices/export?newline=lf",
  "/v1/secured/browser/users",
  "/v1/administrators/users",
  "/v1/accounts",
  "/v1/accounts?limit=100&role=division",
  "/v1/accounts?limit=100&supported=true",
  "/v1/accounts?limit=100&org={org:WEST}",
  "/v1/accounts/find?name=nishi",
  "/v1/accounts/find?name=himitsu",
  "/v1/accounts/find?name=hanako",
  "/v1/accounts/settings",
  "/v1/roles",
  "/v1/roles/schemes",
  "/v1/console",
  "/v1/imports",
  "/v1/audit",
  "/v1/audit/{record:}",
  "/v1/audit/head",
  "/v1/audit/export",
  "/v1/renewals",
  "/v1/renewals/notices",
].map((path) => ({ method: "GET", path }));

/** The lists, page after page to their ends: each begins where the one before ended. */
const PAGES: readonly TwinRequest[] = [
  "users?limit=1",
  "users?limit=3&sort=name&desc=true",
  "users?limit=2&sort=org&desc=false",
  "devices?limit=1",
  "accounts?limit=1",
  "audit?limit=7",
].flatMap((list) => [
  { method: "GET", path: `/v1/${list}` } as const,
  ...Array.from({ length: 4 }, () => ({ method: "GET", path: `/v1/${list}&cursor={cursor:}` }) as const),
]);

const orgs = (rows: readonly (readonly string[])[], mode = "append"): readonly TwinRequest[] => [
  { method: "POST", path: "/v1/imports", body: { kind: "orgs", mode } },
  {
    method: "PUT",
    path: "/v1/imports/{import:}/content",
    file: [["組織名", "組織コード", "上位組織コード", "上位組織パス"], ...rows],
  },
  { method: "GET", path: "/v1/imports/{import:}/rows" },
  { method: "GET", path: "/v1/imports/{import:}/problems" },
];

const devices = (rows: readonly (readonly string[])[], mode = "append"): readonly TwinRequest[] => [
  { method: "POST", path: "/v1/imports", body: { kind: "devices", mode } },
  {
    method: "PUT",
    path: "/v1/imports/{import:}/content",
    file: [["シリアルナンバー", "所有者メールアドレス", "所有組織コード"], ...rows],
  },
  { method: "GET", path: "/v1/imports/{import:}/rows" },
  { method: "GET", path: "/v1/imports/{import:}/problems" },
];

/** What is his and what is not, together: all of it is refused as what is not there. */
const MIXED: readonly TwinRequest[] = [
  {
    method: "POST",
    path: "/v1/users/move",
    body: { ids: ["{user:jiro@east.example}", "{user:taro@west.example}"], org: "{org:E1}" },
  },
  {
    method: "POST",
    path: "/v1/devices/tag",
    body: { ids: ["{device:EAST0001}", "{device:WEST0001}"], add: ["混在"] },
  },
  {
    method: "POST",
    path: "/v1/devices/set-owner",
    body: { ids: ["{device:EAST0001}", "{device:NOBODY01}"], owner: "{user:jiro@east.example}", ownerOrg: null },
  },
  {
    method: "POST",
    path: "/v1/imports/deletions",
    body: { kind: "users", ids: ["{user:new4@east.example}", "{user:taro@west.example}"], called: "二人" },
  },
];

/** New passwords: of an operator of his, of who is hidden, and of each of those who ask for himself. */
const RESETTING: readonly TwinRequest[] = ["ope", "minami", "higashi", "cus"]
  .map((name) => `${name}@accounts.example`)
  .concat("taro@west.example", "hanako@east.example")
  .flatMap((email): readonly TwinRequest[] => {
    const path = `/v1/accounts/{user:${email}}`;
    return [
      { method: "POST", path: `${path}/reset-code`, body: { address: email } },
      { method: "POST", path: `${path}/reset-code`, body: { address: "hanako@west.example" } },
      { method: "POST", path: `${path}/reset-with-code`, body: { code: "0000", password: "Invented1" } },
      { method: "POST", path: `${path}/reset-password`, body: { password: "Invented1" } },
    ];
  });

/** Accounts of his and of who is hidden: made, changed, and given roles. */
const ACCOUNTS: readonly TwinRequest[] = [
  { user: "{user:jiro@east.example}", name: "atarashii" },
  { user: "{user:shiro@west.example}", name: "atarashii" },
  { user: "{user:saburo@east.example}", name: "ope2", role: "operator", password: "Invented1" },
  { user: "{user:saburo@east.example}", name: "div2", role: "division" },
]
  .map((body): TwinRequest => ({ method: "POST", path: "/v1/accounts", body }))
  .concat(
    ["hanako@east.example", "taro@west.example", "himitsu@accounts.example", "minami@accounts.example"].flatMap(
      (email): readonly TwinRequest[] => {
        const path = `/v1/accounts/{user:${email}}`;
        return [
          { method: "PATCH", path, body: { memo: "覚え" } },
          { method: "PATCH", path, body: { managedOrgs: ["{org:WEST}"] } },
          { method: "POST", path: `${path}/grant`, body: { role: "operator", password: "Invented1" } },
          { method: "POST", path: `${path}/grant`, body: { role: "division", managedOrgs: ["{org:E1}"] } },
          { method: "POST", path: `${path}/revoke`, body: {} },
        ];
      },
    ),
  );

const WRITING: readonly TwinRequest[] = [
  { method: "PATCH", path: "/v1/users/{user:hanako@east.example}", body: { title: "課長" } },
  { method: "PATCH", path: "/v1/users/{user:taro@west.example}", body: { title: "課長" } },
  { method: "PATCH", path: "/v1/users/{user:hanako@east.example}", body: { emails: ["jiro@east.example"] } },
  { method: "POST", path: "/v1/users", body: { name: "新 一", emails: ["new@east.example"], org: "{org:E2}" } },
  { method: "POST", path: "/v1/users", body: { name: "新 二", emails: ["new2@east.example"], org: "{org:W1}" } },
  { method: "POST", path: "/v1/users", body: { name: "新 三", emails: ["new3@east.example"] } },
  { method: "POST", path: "/v1/users/move", body: { ids: ["{user:jiro@east.example}"], org: "{org:E1}" } },
  { method: "POST", path: "/v1/users/move", body: { ids: ["{user:jiro@east.example}"], org: "{org:WEST}" } },
  { method: "POST", path: "/v1/users/move", body: { ids: ["{user:taro@west.example}"], org: "{org:E1}" } },
  { method: "POST", path: "/v1/orgs", body: { name: "新設部", code: "E3", parentId: "{org:EAST}" } },
  { method: "POST", path: "/v1/orgs", body: { name: "新設部", parentId: "{org:WEST}" } },
  { method: "POST", path: "/v1/orgs", body: { name: "外" } },
  { method: "PATCH", path: "/v1/orgs/{org:E2}", body: { name: "開発部" } },
  { method: "POST", path: "/v1/orgs/{org:E2}/move", body: { parent: "{org:E1}" } },
  { method: "POST", path: "/v1/devices", body: { serialNumber: "EAST0003", owner: "{user:hanako@east.example}" } },
  { method: "POST", path: "/v1/devices", body: { serialNumber: "EAST0004" } },
  { method: "POST", path: "/v1/devices", body: { serialNumber: "EAST0005", owner: "{user:taro@west.example}" } },
  { method: "PATCH", path: "/v1/devices/{device:EAST0001}", body: { memo: "貸出" } },
  { method: "PATCH", path: "/v1/devices/{device:WEST0001}", body: { memo: "貸出" } },
  { method: "POST", path: "/v1/devices/tag", body: { ids: ["{device:EAST0002}"], add: ["共用"] } },
  { method: "POST", path: "/v1/devices/set-owner", body: { ids: ["{device:EAST0002}"], owner: null, ownerOrg: null } },
  { method: "POST", path: "/v1/users/fields", body: { name: "内線番号" } },
  { method: "PATCH", path: "/v1/tenant", body: { domain: "example" } },
  ...users([
    ["東 花子", "hanako@east.example", "E1", "部長"],
    ["新 四", "new4@east.example", "E1", ""],
    ["新 五", "new5@east.example", "W1", ""],
    ["新 六", "new6@east.example", "", ""],
  ]),
  COMMIT,
  ...users([
    ["東 花子", "hanako@east.example", "E1", "次長"],
    ["新 四", "new4@east.example", "E1", "主任"],
  ]),
  COMMIT,
  { method: "GET", path: "/v1/imports/{import:}" },
  { method: "GET", path: "/v1/imports/{import:}/rows" },
  { method: "POST", path: "/v1/imports/{import:}/revert" },
  COMMIT,
  ...users([["東 花子", "hanako@east.example", "E1", "次長"]], "replace"),
  COMMIT,
  {
    method: "POST",
    path: "/v1/imports/deletions",
    body: { kind: "users", ids: ["{user:new@east.example}"], called: "新 一" },
  },
  COMMIT,
  ...MIXED,
  ...orgs([
    ["第一課", "E11", "E1", ""],
    ["第二課", "", "", "東日本/営業部"],
    ["営業部", "E1", "EAST", ""],
  ]),
  COMMIT,
  ...orgs([
    ["外部", "X9", "", ""],
    ["西日本", "WEST", "", ""],
    ["西課", "W9", "W1", ""],
    ["東日本", "EAST", "", ""],
    ["第三課", "E13", "", "西日本"],
    ["第四課", "E14", "", "東日本/営業部"],
  ]),
  COMMIT,
  ...orgs(
    [
      ["東日本", "EAST", "", ""],
      ["営業一部", "E1", "EAST", ""],
      ["開発部", "E2", "E1", ""],
      ["第五課", "E15", "E1", ""],
    ],
    "replace",
  ),
  COMMIT,
  ...devices([
    ["EAST0001", "hanako@east.example", ""],
    ["EAST0010", "jiro@east.example", ""],
  ]),
  COMMIT,
  ...devices([
    ["EAST0011", "taro@west.example", ""],
    ["EAST0012", "", ""],
    ["EAST0002", "", "WEST"],
    ["EAST0001", "", ""],
  ]),
  COMMIT,
  ...devices([["EAST0001", "hanako@east.example", ""]], "replace"),
  COMMIT,
  {
    method: "POST",
    path: "/v1/imports/deletions",
    body: { kind: "orgs", ids: ["{org:E2}"], recursive: true, called: "技術部" },
  },
  COMMIT,
  { method: "POST", path: "/v1/imports/deletions", body: { kind: "users", filterName: "太郎" } },
  {
    method: "POST",
    path: "/v1/imports/deletions",
    body: { kind: "users", ids: ["{user:taro@west.example}"], called: "西 太郎" },
  },
  { method: "POST", path: "/v1/imports/deletions", body: { kind: "orgs", ids: ["{org:WEST}"], called: "西日本" } },
  { method: "POST", path: "/v1/imports", body: { kind: "browser" } },
  { method: "POST", path: "/v1/imports", body: { kind: "users", mode: "replace", fromConsole: true } },
  { method: "POST", path: "/v1/imports", body: { kind: "users", createOrgs: true } },
  ...RESETTING,
  ...ACCOUNTS,
];

describe.each(["higashi", "ope", "cus", "few"])(
  "%s gets the same responses as in a tenant without the hidden half",
  (account) => {
    let pair: readonly [Twin, Twin];
    beforeAll(async () => {
      pair = await createTwins();
    });
    afterAll(() => Promise.all(pair.map(({ tenant }) => tenant[Symbol.asyncDispose]())));

    test.each(
      [...READING, ...WRITING, ...READING, ...PAGES].map(
        (request, at) => [at, request.method, request.path, request] as const,
      ),
    )("%i %s %s", async (_at, _method, _path, request) => {
      const [whole, bare] = pair;
      const answered = await whole.ask(account, request);
      expect(answered).toEqual(await bare.ask(account, request));
      expect(answered.status).toBeLessThan(500);
    });

    test("hidden records stay unchanged", () => {
      const [whole] = pair;
      expect(whole.tenant.sql("select name from user where emails ->> 0 like '%@west.example' order by pk")).toEqual([
        { name: "西 太郎" },
        { name: "西 花子" },
        { name: "西 四郎" },
      ]);
      expect(whole.tenant.sql("select serialNumber from device where owner is null")).toEqual([
        { serialNumber: "NOBODY01" },
      ]);
    });
  },
);

test("rows of an import are shown in the same way after later changes by hand", async () => {
  const [whole, bare] = await createTwins();
  const rename = (name: string, to: string): TwinRequest => ({
    method: "PATCH",
    path: `/v1/orgs/{org:${name}}`,
    body: { name: to },
  });
  const requests: readonly TwinRequest[] = [
    { method: "POST", path: "/v1/orgs", body: { name: "第七課", parentId: "{org:E1}" } },
    { method: "POST", path: "/v1/orgs", body: { name: "第九課", parentId: "{org:第七課}" } },
    rename("第七課", "第八課"),
    { method: "POST", path: "/v1/imports/deletions", body: { kind: "orgs", ids: ["{org:第九課}"], called: "第九課" } },
    COMMIT,
    rename("第八課", "第十課"),
    { method: "GET", path: "/v1/imports/{import:}/rows" },
    { method: "PATCH", path: "/v1/users/{user:jiro@east.example}", body: { title: "主任" } },
    ...users([["東 次郎", "jiro@east.example", "E2", "係長"]]),
    COMMIT,
    { method: "PATCH", path: "/v1/users/{user:jiro@east.example}", body: { title: "課長" } },
    { method: "GET", path: "/v1/imports/{import:}/rows" },
    { method: "GET", path: "/v1/users/history?name=jiro@east.example" },
  ];
  try {
    const answers: string[] = [];
    for (const request of requests) {
      const answered = await whole.ask("higashi", request);
      expect(answered).toEqual(await bare.ask("higashi", request));
      expect(answered.status).toBeLessThan(300);
      answers.push(answered.body);
    }
    expect(answers[6]).toContain(`"field":"parent","value":"東日本/営業部/第八課"`);
    expect(answers.at(-2)).toContain("係長");
  } finally {
    for (const { tenant } of [whole, bare]) await tenant[Symbol.asyncDispose]();
  }
});
