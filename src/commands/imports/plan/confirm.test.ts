import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import type { Tools } from "../../tools.ts";
import { changesNothing, mayCommit } from "./confirm.ts";

const planOf = (counts: Partial<Import>): Import =>
  ({
    tenant: "関東",
    create: 0,
    update: 0,
    delete: 0,
    secretsSet: 0,
    orgsCreated: 0,
    groupsCreated: 0,
    ...counts,
  }) as Import;

interface Desk {
  readonly kind?: "embedded" | "remote";
  readonly source?: "option" | "used";
  readonly yes?: boolean;
}

const toolsOf = (asked: string[], { kind = "embedded", source = "used", yes = false }: Desk = {}): Tools =>
  ({
    globals: { yes },
    tenant: async () => ({ context: { kind, name: "kanto" }, source }),
    terminal: {
      prompts: {
        confirm: async ({ message, flag }: { message: { en: string }; flag: string }) => {
          asked.push(`${message.en} ${flag}`);
          return true;
        },
        typedNumber: async ({ message, flag }: { message: { en: string }; flag: string }) => {
          asked.push(`${message.en} ${flag}`);
        },
      },
    },
  }) as unknown as Tools;

test("a plan is asked about by name of tenant and context", async () => {
  const asked: string[] = [];
  expect(await mayCommit(toolsOf(asked), planOf({ create: 1 }), undefined)).toBe(true);
  expect(asked).toEqual(["Apply this plan to 関東 (context kanto)? --yes"]);
  expect(await mayCommit(toolsOf(asked, { yes: true }), planOf({ create: 1 }), undefined)).toBe(true);
  expect(asked).toHaveLength(1);
});

test("deletions are typed, --yes or not, unless their number is given", async () => {
  const asked: string[] = [];
  await mayCommit(toolsOf(asked, { yes: true }), planOf({ delete: 3 }), undefined);
  expect(asked).toEqual(["Type 3 to delete 3 records from 関東 (context kanto): --confirm-deletions 3"]);
  expect(await mayCommit(toolsOf(asked), planOf({ delete: 3 }), 3)).toBe(true);
  expect(asked).toHaveLength(1);
});

test.each([0, 2])("a number that is not the plan's changes nothing: %i", async (confirmed) => {
  const failing = mayCommit(toolsOf([], { yes: true }), planOf({ delete: 3 }), confirmed);
  await expect(failing).rejects.toMatchObject({ code: "input-rejected" });
});

test("deletions on a remote tenant need it named in the command", async () => {
  const plan = planOf({ delete: 3 });
  await expect(mayCommit(toolsOf([], { kind: "remote" }), plan, 3)).rejects.toMatchObject({ code: "usage" });
  expect(await mayCommit(toolsOf([], { kind: "remote", source: "option" }), plan, 3)).toBe(true);
});

test("a plan that only sets secrets or makes organisations changes something", () => {
  expect(changesNothing(planOf({}))).toBe(true);
  for (const count of ["create", "update", "delete", "secretsSet", "orgsCreated", "groupsCreated"] as const) {
    expect(changesNothing(planOf({ [count]: 1 }))).toBe(false);
  }
});
