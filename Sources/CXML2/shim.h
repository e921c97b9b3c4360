// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libxml/xmlerror.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlwriter.h>
