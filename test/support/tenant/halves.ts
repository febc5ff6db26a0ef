import { addTestAccount } from "./accounts.ts";
import { TestTenant } from "./tenant.ts";

const addUser = async ({ client }: TestTenant, name: string, email: string, org: string): Promise<void> => {
  const [place] = await client.orgs.find({ name: org });
  await client.users.create({ name, emails: [email], org: place?.id ?? "", accountName: email.replace("@", "-") });
};

const addDevice = async ({ client }: TestTenant, serialNumber: string, owner?: string): Promise<void> => {
  const [found] = owner === undefined ? [] : await client.users.find({ name: owner });
  await client.devices.create({ serialNumber, platform: "iOS", ...(found && { owner: found.id }) });
};

const addOrg = async ({ client }: TestTenant, name: string, code: string, parent?: string): Promise<void> => {
  const [above] = parent === undefined ? [] : await client.orgs.find({ name: parent });
  await client.orgs.create({ name, code, ...(above && { parentId: above.id }) });
};

/** The accounts of {@link createHalves} that can see only EAST or a part of EAST. */
export const EASTERN_ACCOUNTS = ["higashi", "ope", "cus", "few", "minami"] as const;

export const WESTERN = /west|西|本社 三郎|saburo@root|NOBODY01|himitsu|03-0000-0000/i;

export const createHalves = async (): Promise<TestTenant> => {
  const tenant = new TestTenant();
  await addOrg(tenant, "西日本", "WEST");
  await addOrg(tenant, "東日本", "EAST");
  await addOrg(tenant, "西課", "W1", "WEST");
  await addOrg(tenant, "営業部", "E1", "EAST");
  await addOrg(tenant, "技術部", "E2", "EAST");
  await addUser(tenant, "西 太郎", "taro@west.example", "W1");
  await addUser(tenant, "東 花子", "hanako@east.example", "E1");
  await addUser(tenant, "東 次郎", "jiro@east.example", "E2");
  await addUser(tenant, "本社 三郎", "saburo@root.example", "全社");
  await addDevice(tenant, "WEST0001", "taro@west.example");
  await addDevice(tenant, "EAST0001", "hanako@east.example");
  await addDevice(tenant, "NOBODY01");
  await tenant.import({ kind: "users" }, "氏名,メールアドレス,組織コード\n西 四郎,shiro@west.example,W1");
  await tenant.import({ kind: "browser" }, "ユーザーID,表示名,パスワード\nwest01,西 太郎,abc123");
  const { client } = tenant;
  const account = { account: "apple@west.example", notes: "西 太郎 が保管" };
  await client.renewals.add({ kind: "android-owner", name: "更新", owner: "西 太郎 <taro@west.example>", ...account });
  await client.tenant.set({ contactMail: "taro@west.example", contactPhone: "03-0000-0000" });
  await addTestAccount(tenant, { name: "himitsu", role: "division", org: "W1", manages: ["WEST"] });
  await addTestAccount(tenant, { name: "higashi", role: "division", org: "E1", manages: ["EAST"] });
  await addTestAccount(tenant, { name: "ope", role: "operator", org: "E1" });
  await addTestAccount(tenant, { name: "minami", role: "division", org: "EAST", manages: ["E1", "E2"] });
  const own = { role: "custom", org: "E2", manages: ["EAST"] } as const;
  await addTestAccount(tenant, {
    name: "cus",
    ...own,
    items: ["users.write", "users.move", "orgs.write", "audit.read"],
  });
  await addTestAccount(tenant, { name: "few", ...own, items: ["users.write"] });
  return tenant;
};
