import { keyConfig, sealingConfig } from "@cart/personal-data";
import { mysqlUrl } from "@cart/process-kit";
import { Type } from "typebox";

const storage = {
  ARCHIVE_STORAGE: Type.String({
    description: "where archived carts are kept: file:///folder, or s3://bucket/prefix?region=…&endpoint=…",
  }),
};

/** The settings of `archive-carts`. */
export const archiveConfig = Type.Object({
  ...sealingConfig,
  ...storage,
  EVENTSTORE_URL: mysqlUrl,
  READMODEL_URL: Type.Optional(Type.String({ description: "carts with dead letters are left alone" })),
  ABANDONMENT_URL: Type.Optional(Type.String({ description: "carts with an open timer are left alone" })),
  ARCHIVE_AFTER_DAYS: Type.Optional(
    Type.Number({ minimum: 0, description: "days after which a finished cart is archived; unset: never, except for ARCHIVE_TENANTS" }),
  ),
  ARCHIVE_TENANTS: Type.Optional(
    Type.String({ description: "tenants with days of their own, such as shop-1:30,shop-2:never; ids are percent-encoded" }),
  ),
});

/** The settings of `restore-cart`. */
export const restoreConfig = Type.Object({ ...keyConfig, ...storage, EVENTSTORE_URL: mysqlUrl });
