import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { SIMULATED_ADE, PROFILE } from "#support/commands/ade/profiles.ts";

const { id, name, uuid } = PROFILE;
const tenant = {
  ade: SIMULATED_ADE,
  adeProfiles: {
    items: [PROFILE, { ...PROFILE, id: "01990000-0000-7000-8000-000000000099", name: "支社", uuid: "B" }],
  },
};

test.each([name, id, uuid])("shows a profile by %s", async (called) => {
  const { stdout, requests } = await run(`ade profiles show ${called} --format json`, { tenant });
  expect(JSON.parse(stdout)).toEqual(PROFILE);
  expect(requests).toEqual([{ operation: "ade" }, { operation: "adeProfiles" }]);
});

test("a profile of another MDM server is not reported as disabled", async () => {
  const items = [{ ...PROFILE, state: "other-server" }];
  const { en, ja } = await runInBoth(`ade profiles show ${name}`, { tenant: { ...tenant, adeProfiles: { items } } });
  expect(en.stderr).toContain(
    `this profile was created at another MDM server; to create it again: clomoctl ade profiles create --from ${id}`,
  );
  expect(ja.stderr).toContain("別の MDM サーバで作成したプロファイルです");
});

test("--check asks Apple, and proposes to recreate a profile that Apple has disabled", async () => {
  const disabled = { ...tenant, checkAdeProfile: { ...PROFILE, state: "disabled" } };
  const { en, ja } = await runInBoth(`ade profiles show ${name} --check`, { tenant: disabled });
  expect(en.requests.at(-1)).toEqual({ operation: "checkAdeProfile", params: { id }, json: {} });
  expect(en.stderr).toContain(
    `Apple has disabled this profile; to create it again: clomoctl ade profiles create --from ${id}`,
  );
  expect(ja.stderr).toContain("Apple 側で無効化されています");
});
