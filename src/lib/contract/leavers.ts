import { z } from "zod";
import { ACCOUNT } from "../model/account.ts";
import { DEVICE } from "../model/device.ts";
import { RENEWAL_ITEM } from "../model/renewal.ts";
import { SECURED_USER } from "../model/secured-user.ts";
import { buildExampleRecord, createExampleId } from "../model/thing.ts";
import { USER } from "../model/user.ts";
import { itemsResponse, post } from "./route.ts";
import { Id, nameSchema, seenRevision } from "./shapes.ts";
import { buildFieldSchemas, recordSchema, withExample } from "./thing-schema.ts";
import { recordIdList, writeOptions, writeResultSchema } from "./write-requests.ts";

const { serialNumber, phoneNumber, status, tags } = buildFieldSchemas(DEVICE.fields);
const { app, userId, name: securedName, administrator } = buildFieldSchemas(SECURED_USER.fields);
const { role, supportOption, marked } = buildFieldSchemas(ACCOUNT.fields);

const OwnedDevice = z.object({
  id: Id,
  serialNumber,
  model: z.string().nullable().meta({ description: "model according to Apple; otherwise the platform, if known" }),
  phoneNumber,
  status,
  tags,
});

/** A SECURED APPs user who is, or may be, the same person as a PANEL user. */
const SecuredIdentity = z.object({
  id: Id,
  app,
  userId,
  name: securedName,
  administrator,
  matchedBy: z.enum(["id", "address", "name"]).meta({
    description:
      "`id`: the ユーザーID is the account name or the employee code; `address`: an email address is the same; `name`: only the full name is the same, so it may be another person",
  }),
});

/** Everything that depends on a user, as far as the acting account may see it. */
const Dependents = nameSchema(
  "Dependents",
  withExample(
    z.object({
      user: recordSchema(USER.fields),
      role,
      marked,
      supportOption,
      devices: z.array(OwnedDevice),
      secured: z
        .array(SecuredIdentity)
        .nullable()
        .meta({ description: "null: the acting account may not see SECURED APPs" }),
      renewals: z.array(z.object({ id: Id, name: z.string(), relation: z.enum(["owner", "account"]) })).meta({
        description: "renewal items that name the user as the owner, or as the holder of the account or phone",
      }),
      consoleTasks: z.array(z.int()).meta({ description: "numbers of the open tasks of the user and the account" }),
    }),
    () => {
      const { id, ...device } = buildExampleRecord(DEVICE.fields);
      const owned = { serialNumber: device.serialNumber, phoneNumber: device.phoneNumber, status: device.status };
      const identity = buildExampleRecord(SECURED_USER.fields);
      const named = { userId: identity.userId, name: identity.name, administrator: false, matchedBy: "id" };
      return {
        user: buildExampleRecord(USER.fields),
        role: "none",
        marked: false,
        supportOption: false,
        devices: [{ id, ...owned, model: "iPhone 15", tags: device.tags }],
        secured: [{ id: identity.id, app: identity.app, ...named }],
        renewals: [{ id: createExampleId(8), name: buildExampleRecord(RENEWAL_ITEM.fields).name, relation: "owner" }],
        consoleTasks: [],
      };
    },
  ),
);

/** What depended on a user before they left, and what still does. */
const LeaveResult = nameSchema("LeaveResult", writeResultSchema(Dependents));

export default {
  description: "Users who leave (退職者), and everything that depends on them",
  routes: {
    dependents: post("/v1/leavers/dependents", {
      id: "findDependents",
      changes: false,
      summary: "Find everything that depends on users",
      body: z.strictObject(recordIdList),
      answer: itemsResponse(Dependents, "What depends on each user, in the order of the request"),
      fails: ["not-found"],
    }),
    leave: post("/v1/leavers", {
      id: "leaveUsers",
      isRepeatable: true,
      summary:
        "End what users who leave may do, for all of them or none: revoke their roles, delete their SECURED APPs users, and tag their devices as 回収待ち. The users stay until they are deleted",
      body: z.strictObject({ ...recordIdList, ...seenRevision, ...writeOptions }),
      answer: itemsResponse(
        LeaveResult,
        "What depended on each user, and what still does, in the order of the request",
      ),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
  },
};

export type Dependents = z.infer<typeof Dependents>;
export type LeaveResult = z.infer<typeof LeaveResult>;
