import { expect, test } from "vitest";
import { inBoth, run } from "#support/commands/program.ts";
import { ADE, PROFILE } from "#support/commands/ade/profiles.ts";

const { id, name, uuid } = PROFILE;
const tenant = {
  ade: ADE,
  adeProfiles: {
    items: [PROFILE, { ...PROFILE, id: "01990000-0000-7000-8000-000000000099", name: "支社", uuid: "B" }],
  },
};

test.each([name, id, uuid])("a profile is shown by %s", async (called) => {
  const { stdout, requests } = await run(`ade profiles show ${called} --format json`, { tenant });
  expect(JSON.parse(stdout)).toEqual(PROFILE);
  expect(requests).toEqual([{ operation: "ade" }, { operation: "adeProfiles" }]);
});

test("Apple is asked by --check; what it has disabled is made anew by what is proposed", async () => {
  const disabled = { ...tenant, checkAdeProfile: { ...PROFILE, state: "disabled" } };
  const { en, ja } = await inBoth(`ade profiles show ${name} --check`, { tenant: disabled });
  expect(en.requests.at(-1)).toEqual({ operation: "checkAdeProfile", params: { id }, json: {} });
  expect(en.stderr).toContain(`Apple has disabled it; make it anew: clomoctl ade profiles create --from ${id}`);
  expect(ja.stderr).toContain("Apple 側で無効化されています");
});
