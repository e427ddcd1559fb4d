"""Validates infra/operators: each custom resource against the schema of its CRD, everything else as Kubernetes does.

usage: validate.py FOLDER CRD...

FOLDER has the resources. A CRD file is a CustomResourceDefinition; a kind without one is an error. As the API server does under
--validate=strict, it refuses fields that the schema does not have, unless the schema preserves unknown fields there.
"""

import copy
import pathlib
import sys

import jsonschema
import kubernetes_validate
import yaml


def closed(schema):
    """Returns the schema with every object closed to fields that it does not name."""
    if not isinstance(schema, dict):
        return schema
    schema = copy.copy(schema)
    if schema.get("x-kubernetes-int-or-string"):
        schema["type"] = ["integer", "string"]
    if "properties" in schema:
        schema["properties"] = {name: closed(value) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if key in schema:
            schema[key] = closed(schema[key])
    return schema


def schemas_in(crd_file):
    for crd in yaml.safe_load_all(pathlib.Path(crd_file).read_text()):
        if not crd or crd.get("kind") != "CustomResourceDefinition":
            continue
        spec = crd["spec"]
        for version in spec["versions"]:
            schema = closed(version["schema"]["openAPIV3Schema"])
            # The API server checks these three itself, whatever a CRD says of them.
            schema["properties"] |= {"apiVersion": {}, "kind": {}, "metadata": {"type": "object"}}
            yield (f"{spec['group']}/{version['name']}", spec["names"]["kind"]), schema


def faults(resource, schemas):
    kind = (resource["apiVersion"], resource["kind"])
    if kind in schemas:
        for error in jsonschema.Draft202012Validator(schemas[kind]).iter_errors(resource):
            yield f"{error.json_path}: {error.message}"
    elif "." in kind[0].split("/")[0] and not kind[0].split("/")[0].endswith(".k8s.io"):
        yield f"no CRD has {kind[0]} {kind[1]}"
    else:
        try:
            kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)
        except kubernetes_validate.ValidationError as error:
            yield str(error).splitlines()[0]


def main(folder, crd_files):
    schemas = {kind: schema for file in crd_files for kind, schema in schemas_in(file)}
    status = 0
    for file in sorted(pathlib.Path(folder).glob("*.yaml")):
        for resource in yaml.safe_load_all(file.read_text()):
            for fault in faults(resource, schemas):
                print(f"{file}: {resource['kind']} {resource['metadata']['name']}: {fault}")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
