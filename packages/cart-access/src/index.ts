export { adminScope, forbidden, isAdmin, mayActOn, type Owner, requireTenantAdmin, tokenRules } from "./cartAccess.ts";
