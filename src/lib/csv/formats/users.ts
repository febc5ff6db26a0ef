import { USER_RULES } from "../../model/user.ts";
import type { Column, CustomField, Format } from "./format.ts";

const text = (field: string, header: string): Column => ({
  field,
  header,
  rule: USER_RULES.text,
  consoleExport: true,
});

/**
 * PANEL users. The spelling of `UPN`, `社員コード`, `住所の区分` and the two account columns is confirmed; the others
 * are spelled as on the screen.
 *
 * @see facts 1.2
 */
export const USERS: Format = {
  name: "users",
  custom: true,
  key: "emails",
  unique: ["emails", "accountName"],
  columns: [
    { ...text("name", "氏名"), required: "always" },
    text("nameKana", "フリガナ"),
    {
      field: "emails",
      header: "メールアドレス",
      rule: USER_RULES.mailAddress,
      comparison: "mail-address",
      repeated: true,
      required: "always",
      consoleExport: true,
    },
    { ...text("orgCode", "組織コード"), comparison: "code" },
    text("title", "役職"),
    { ...text("employeeCode", "社員コード"), comparison: "code" },
    { ...text("upn", "UPN"), comparison: "mail-address" },
    text("addressType", "住所の区分"),
    text("postalCode", "郵便番号"),
    text("address", "住所"),
    text("tel", "TEL"),
    text("extension", "内線"),
    text("fax", "FAX"),
    { ...text("accountName", "CLOMOアカウント名"), comparison: "code" },
    { field: "accountPassword", header: "CLOMOアカウントパスワード", rule: USER_RULES.text, secret: true },
  ],
};

/** The column of a custom field. */
export const customColumn = ({ id, name }: CustomField): Column => text(`custom:${id}`, name);
