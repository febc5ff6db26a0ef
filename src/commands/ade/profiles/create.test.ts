import { expect, test } from "vitest";
import { SETUP_ITEMS } from "../../../lib/model/ade-profile.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { ADE, PROFILE } from "#support/commands/ade/profiles.ts";

const made = (more: object = {}) => ({ profile: PROFILE, unknownItems: [], dryRun: false, ...more });
const tenant = { ade: ADE, createAdeProfile: made(), adeProfiles: { items: [PROFILE] } };
const CREATE = "ade profiles create 本社 --url https://mdm.example.jp/enroll";

test("a profile is created as it was asked for, and what comes next is proposed", async () => {
  const words =
    "--supervised yes --removable はい --pairing no --skip パスコード,Siri --department 例 --support-mail a@example.jp";
  const { en, ja } = await inBoth(`${CREATE} ${words}`, { tenant });
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
  expect(en.stderr).toContain("created at the simulator; no device has it yet\n");
  expect(en.stderr).toContain("to let new devices get it: clomoctl ade profiles auto-apply 本社\n");
  expect(ja.stderr).toContain("割り当てるには: clomoctl ade profiles assign 本社 --unassigned\n");
});

test("one whose name another has, too, is proposed by its id", async () => {
  const other = { ...PROFILE, id: "0199c000-0000-7000-8000-000000000099" };
  const { stderr } = await run(CREATE, { tenant: { ...tenant, adeProfiles: { items: [PROFILE, other] } } });
  expect(stderr).toContain(`clomoctl ade profiles assign ${PROFILE.id} --unassigned`);
});

test("another profile's settings are taken over", async () => {
  const { requests } = await run(["ade", "profiles", "create", "--from", "本社", "--department", ""], { tenant });
  expect(requests.at(-2)?.json).toEqual({ from: PROFILE.id, department: "", dryRun: false });
});

test("all items may be skipped; unknown ones are warned of", async () => {
  const all = await run(`${CREATE} --skip all`, { tenant });
  expect(all.requests.at(-2)?.json).toMatchObject({ skipItems: SETUP_ITEMS });
  const { en, ja } = await inBoth(`${CREATE} --skip NewPane --dry-run`, {
    tenant: { ade: ADE, createAdeProfile: made({ unknownItems: ["NewPane"], dryRun: true }) },
  });
  expect(en.stderr).toContain("NewPane is no set-up item that is known here");
  expect(en.stderr).toContain("dry run: nothing was made");
  expect(en.stderr).not.toContain("auto-apply");
  expect(ja.stderr).toContain("「NewPane」は clomoctl の知らない設定項目です");
});
