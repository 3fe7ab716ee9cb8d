"""What is asked of GitHub's GraphQL API.

See docs.github.com/graphql/guides/using-the-graphql-api-for-discussions.
"""

from __future__ import annotations

from typing import Final

_COMMENT: Final = """
    id databaseId body url createdAt lastEditedAt isAnswer isMinimized upvoteCount
    author { login __typename } reactionGroups { content users { totalCount } }
"""
_PAGE: Final = "pageInfo { hasNextPage endCursor }"

LIST: Final = f"""
query($owner: String!, $name: String!, $after: String, $order: DiscussionOrder!) {{
  repository(owner: $owner, name: $name) {{ discussions(first: 50, after: $after, orderBy: $order) {{ {_PAGE}
    nodes {{ number url updatedAt closed stateReason answerChosenAt upvoteCount
      comments {{ totalCount }} }} }} }}
}}"""
"""The discussions of a repository, without their texts."""

READ: Final = f"""
query($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ discussion(number: $number) {{
    number title body url createdAt lastEditedAt closed closedAt stateReason isAnswered upvoteCount
    category {{ name isAnswerable }} labels(first: 50) {{ nodes {{ name }} }}
    author {{ login __typename }} reactionGroups {{ content users {{ totalCount }} }}
    comments(first: 50, after: $after) {{ {_PAGE} nodes {{ {_COMMENT}
      replies(first: 100) {{ {_PAGE} nodes {{ {_COMMENT} }} }} }} }} }} }}
}}"""
"""One discussion with a page of its comments, each with its first hundred replies."""

REPLIES: Final = f"""
query($id: ID!, $after: String) {{
  node(id: $id) {{ ... on DiscussionComment {{
    replies(first: 100, after: $after) {{ {_PAGE} nodes {{ {_COMMENT} }} }} }} }}
}}"""
"""Further replies to a comment."""
