import { NOTICE, type Notice } from "../../../src/lib/model/renewal.ts";
import { exampleOf } from "../../../src/lib/model/thing.ts";
import type { Administration } from "../../../src/lib/renewals/administrators.ts";
import type { DatedItem } from "../../../src/lib/renewals/judge.ts";
import type { NoticeTenant } from "../../../src/lib/renewals/notify/tenant.ts";

/** What a tenant in memory knows. */
export interface KnownTenant {
  readonly context?: string;
  readonly timezone?: string;
  readonly items?: readonly DatedItem[];
  readonly notices?: readonly Notice[];
  /** mail addresses, in lower case */
  readonly users?: readonly string[];
  /** those of users who were deleted */
  readonly deleted?: readonly string[];
  /** an error: it cannot be read */
  readonly administration?: Administration | Error | undefined;
}

/** A tenant in memory that can be read, and counts what is asked of it. */
export const noticeTenant = ({
  context = "kanto",
  timezone = "Asia/Tokyo",
  items = [],
  notices = [],
  users = [],
  deleted = [],
  administration,
}: KnownTenant) => {
  const asked = { notices: 0, found: [] as string[], pages: 0 };
  const tenant: NoticeTenant = {
    context,
    timezone,
    items: async () => items,
    client: {
      renewals: {
        notices: async () => {
          asked.notices += 1;
          return notices;
        },
        claimNotice: () => Promise.reject(new TypeError("nothing is to be claimed")),
        settleNotice: () => Promise.reject(new TypeError("nothing is to be settled")),
      },
      tenant: {
        show: () =>
          administration instanceof Error ? Promise.reject(administration) : Promise.resolve({ administration }),
      },
      users: {
        history: async ({ name }) =>
          deleted.filter((user) => user === name.toLowerCase()).map(() => ({ deleted: true })),
        find: async ({ name }) => {
          asked.found.push(name);
          return users.filter((user) => user === name.toLowerCase());
        },
        list: async function* () {
          asked.pages += 1;
          yield* users;
        },
      },
    },
  };
  return { tenant, asked };
};

/** A notice that a tenant keeps: a stage of `itemId`, sent by mail unless something else is said. */
export const pastNotice = (at: string, change: Partial<Notice> = {}): Notice => ({
  ...exampleOf(NOTICE.fields),
  id: at,
  itemId: "019a0000-0000-7000-8000-000000000001",
  expiresAt: "2027-03-01T03:00:00.000Z",
  stage: 30,
  recipient: "it@example.jp",
  state: "sent",
  messageId: "m",
  at,
  ...change,
});
