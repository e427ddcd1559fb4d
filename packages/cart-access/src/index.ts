export {
  forbidden,
  hasScope,
  isAdmin,
  mayActOn,
  priceScope,
  purchaseScope,
  requireScope,
  requireTenantAdmin,
  requireTenantScope,
  tokenRules,
} from "./cartAccess.ts";
