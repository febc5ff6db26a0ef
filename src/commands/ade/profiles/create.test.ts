import { expect, test } from "vitest";
import { CURRENT_SETUP_ITEMS } from "../../../lib/model/ade-profile.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { SIMULATED_ADE, PROFILE } from "#support/commands/ade/profiles.ts";

const made = (more: object = {}) => ({ profile: PROFILE, unknownItems: [], dryRun: false, ...more });
const tenant = { ade: SIMULATED_ADE, createAdeProfile: made(), adeProfiles: { items: [PROFILE] } };
const CREATE = "ade profiles create 本社 --url https://mdm.example.jp/enroll";

test("creates a profile as requested and proposes the next step", async () => {
  const words =
    "--supervised yes --removable はい --pairing no --skip パスコード,Siri --department 例 --support-mail a@example.jp";
  const { en, ja } = await runInBoth(`${CREATE} ${words}`, { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.requests).toEqual([
    { operation: "ade" },
    {
      operation: "createAdeProfile",
      json: {
        name: "本社",
        url: "https://mdm.example.jp/enroll",
        supervised: true,
        removable: true,
        pairing: false,
        skipItems: ["パスコード", "Siri"],
        department: "例",
        supportMail: "a@example.jp",
        dryRun: false,
      },
    },
    { operation: "adeProfiles" },
  ]);
  expect(en.stderr).toContain("created in the simulator; not assigned to any device yet\n");
  expect(en.stderr).toContain(
    "to apply this profile to new devices automatically: clomoctl ade profiles auto-apply 本社\n",
  );
  expect(ja.stderr).toContain("割り当てるには: clomoctl ade profiles assign 本社 --unassigned\n");
});

test("proposes the ID of a profile if another profile has the same name", async () => {
  const other = { ...PROFILE, id: "0199c000-0000-7000-8000-000000000099" };
  const { stderr } = await run(CREATE, { tenant: { ...tenant, adeProfiles: { items: [PROFILE, other] } } });
  expect(stderr).toContain(`clomoctl ade profiles assign ${PROFILE.id} --unassigned`);
});

test("copies the settings of another profile", async () => {
  const { requests } = await run(["ade", "profiles", "create", "--from", "本社", "--department", ""], { tenant });
  expect(requests.at(-2)?.json).toEqual({ from: PROFILE.id, department: "", dryRun: false });
});

test("--skip all skips all items, and unknown items are warned about", async () => {
  const all = await run(`${CREATE} --skip all`, { tenant });
  expect(all.requests.at(-2)?.json).toMatchObject({ skipItems: CURRENT_SETUP_ITEMS });
  const { en, ja } = await runInBoth(`${CREATE} --skip NewPane --dry-run`, {
    tenant: { ade: SIMULATED_ADE, createAdeProfile: made({ unknownItems: ["NewPane"], dryRun: true }) },
  });
  expect(en.stderr).toContain("clomoctl does not know the setup item NewPane; the item is sent unchanged");
  expect(en.stderr).toContain("dry run: nothing was created");
  expect(en.stderr).not.toContain("auto-apply");
  expect(ja.stderr).toContain("「NewPane」は clomoctl の知らない設定項目です");
});
