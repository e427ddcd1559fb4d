export {
  forbidden,
  hasScope,
  isAdmin,
  mayActOn,
  priceScope,
  purchaseScope,
  requireScope,
  requireTenantAdmin,
  tokenRules,
} from "./cartAccess.ts";
